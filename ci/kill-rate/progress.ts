import type { Job } from "./jobs.ts"

/** Milliseconds between two lines. */
const pace = 15_000

/** Tells a stream how far the jobs are, and about how long the others take. */
export class Progress {
  readonly #stream: NodeJS.WritableStream
  readonly #workers: number
  readonly #waiting: Job[]
  readonly #total: number
  readonly #took = new Map<string, { jobs: number; milliseconds: number }>()
  readonly #begun = performance.now()
  #told = this.#begun

  constructor(jobs: readonly Job[], workers: number, stream: NodeJS.WritableStream) {
    this.#waiting = [...jobs]
    this.#total = jobs.length
    this.#workers = workers
    this.#stream = stream
  }

  finished(job: Job, milliseconds: number): void {
    this.#waiting.splice(this.#waiting.indexOf(job), 1)
    for (const key of keysOf(job)) {
      const { jobs, milliseconds: before } = this.#took.get(key) ?? { jobs: 0, milliseconds: 0 }
      this.#took.set(key, { jobs: jobs + 1, milliseconds: before + milliseconds })
    }
    const now = performance.now()
    if (now - this.#told < pace || this.#waiting.length === 0) return
    this.#told = now
    const done = this.#total - this.#waiting.length
    const left = this.#waiting.reduce((sum, each) => sum + this.#expected(each), 0) / this.#workers
    this.#stream.write(`${done} of ${this.#total} jobs, ${seconds(now - this.#begun)} gone, about ${seconds(left)} left\n`)
  }

  /** What the job most like it took on average. */
  #expected(job: Job): number {
    const like = keysOf(job).find((key) => this.#took.has(key))
    const { jobs, milliseconds } = this.#took.get(like ?? "") ?? { jobs: 1, milliseconds: 0 }
    return milliseconds / jobs
  }
}

/** Names of what a job is like, the closest first. */
function keysOf(job: Job): readonly string[] {
  if (job.kind === "good") return [`${job.kind} ${job.suite} ${job.id}`, `${job.kind} ${job.suite}`, job.kind, ""]
  return job.kind === "known-bad" ? [`${job.kind} ${job.id}`, job.kind, ""] : [job.kind, ""]
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`
}
