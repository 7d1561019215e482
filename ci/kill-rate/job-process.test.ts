import { afterAll, expect, test } from "vitest"
import { JobProcess } from "./job-process.ts"
import type { Finding, Job } from "./jobs.ts"

const limits = { good: 60_000, "known-bad": 1_000, comparison: 60_000 }
const worker = new JobProcess(new URL("test-worker.ts", import.meta.url), limits)
afterAll(() => worker.end())

function run(job: Job): Promise<Finding> {
  return worker.run({ job, effort: "usual", azurite: undefined })
}

const alone = { seed: 1, timing: "alone" } as const
const compare = (id: string): Promise<Finding> => run({ kind: "comparison", id })
const done = (number: number) => ({ comparison: { failed: [`job ${number} of its process`] } })

test("a process that is lost is told by its job, as a false alarm or an escape, and the next job has another", {
  timeout: 60_000,
}, async () => {
  expect(await compare("one")).toMatchObject(done(1))
  expect(await compare("two")).toMatchObject(done(2))
  expect(await run({ kind: "good", id: "exits", suite: "contract", ...alone })).toMatchObject({
    alarms: [{ rule: "contract", status: "worker lost", reason: "Worker exited unexpectedly" }],
  })
  expect(await compare("three")).toMatchObject(done(1))
  expect(await run({ kind: "known-bad", id: "exits", ...alone })).toMatchObject({ fate: { caught: "not-at-all" } })
  expect(await compare("exits")).toMatchObject({ comparison: { lost: expect.stringMatching(/^worker lost/) } })
})

test("a job that takes too long, even one that blocks, is ended and told", async () => {
  expect(await run({ kind: "known-bad", id: "blocks", ...alone })).toMatchObject({
    fate: { caught: "not-at-all", itsRule: "timed out: no end within 1 s" },
  })
  expect(await compare("after")).toMatchObject(done(1))
})

test("a job that throws is told, and a process in which something goes on is not used again", async () => {
  expect(await compare("throws")).toMatchObject({ comparison: { lost: "threw: no such driver" } })
  expect(await compare("abandons")).toMatchObject(done(2))
  expect(await compare("after")).toMatchObject(done(1))
})
