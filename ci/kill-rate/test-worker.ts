import type { Answer, Task } from "./jobs.ts"

let jobs = 0

/** In place of the real one in tests of the pool: the job's name says what becomes of it. */
export default async function work({ job }: Task): Promise<Answer> {
  if (job.id === "exits") process.exit(3)
  if (job.id === "blocks") for (;;);
  if (job.id === "throws") throw new Error("no such driver")
  const comparison = { crude: false, failed: [`job ${++jobs} of its process`] }
  return { finding: { kind: "comparison", id: job.id, comparison }, abandoned: job.id === "abandons" }
}
