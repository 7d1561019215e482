import { Tinypool } from "tinypool"
import { propertyOf } from "../../suites/execution/failures.ts"
import type { Answer, Finding, Job, Loss, Task } from "./jobs.ts"

/** Milliseconds for a job of each kind. */
type Limits = Readonly<Record<Job["kind"], number>>

/** Many times what a job takes on a machine that does other things as well. */
const usualLimits: Limits = { good: 1_800_000, "known-bad": 300_000, comparison: 300_000 }

/** MiB of heap: beyond it a process ends, so that a driver that takes all memory is told by its name. */
const mostHeap = 2_048

/** Bytes of heap beyond which a process is not used again. */
const mostKept = 512 * 1024 * 1024

/** A process that does one job after the other. Whatever becomes of it becomes the finding of its job, and it is replaced. */
export class JobProcess {
  readonly #pool: Tinypool
  readonly #limits: Limits
  /** The pool's process keeps nobody waiting: without it this one would end while that one is still being ended. */
  readonly #awake = setInterval(() => {}, 60_000)

  constructor(file = new URL("worker.ts", import.meta.url), limits = usualLimits) {
    this.#limits = limits
    this.#pool = new Tinypool({
      filename: file.href,
      runtime: "child_process",
      minThreads: 1,
      maxThreads: 1,
      maxMemoryLimitBeforeRecycle: mostKept,
      execArgv: [`--max-old-space-size=${mostHeap}`],
    })
    // The pool starts another in its place.
    this.#pool.on("error", (reason: unknown) => {
      process.stderr.write(`a process ended between two jobs: ${messageOf(reason)}\n`)
    })
  }

  /** Never rejects. One call at a time, since the time limit begins here. */
  async run(task: Task): Promise<Finding> {
    const { job } = task
    try {
      const answer: Answer = await this.#pool.run(task, { signal: AbortSignal.timeout(this.#limits[job.kind]) })
      // What goes on in the process would take the next job's time and memory.
      if (answer.abandoned) await this.#pool.recycleWorkers()
      return answer.finding
    } catch (reason) {
      const loss = lossOf(reason)
      return findingOf(job, loss, loss === "timed out" ? `no end within ${this.#limits[job.kind] / 1_000} s` : messageOf(reason))
    }
  }

  async end(): Promise<void> {
    await this.#pool.destroy()
    clearInterval(this.#awake)
  }
}

/** The pool tells these two by nothing but the error's name and message. */
function lossOf(reason: unknown): Loss {
  if (propertyOf(reason, "name") === "AbortError") return "timed out"
  return messageOf(reason) === "Worker exited unexpectedly" ? "worker lost" : "threw"
}

/** What a job throws comes as an object that is no Error. */
function messageOf(reason: unknown): string {
  return String(propertyOf(reason, "message") ?? reason)
}

/** A job that came to no end counts as a false alarm, or as a bug that escaped. */
function findingOf(job: Job, loss: Loss, reason: string): Finding {
  switch (job.kind) {
    case "good":
      return { ...job, rules: 0, alarms: [{ rule: job.suite, status: loss, reason }], overlap: undefined, milliseconds: 0 }
    case "known-bad":
      return { ...job, fate: { caught: "not-at-all", itsRule: `${loss}: ${reason}` } }
    case "comparison":
      return { ...job, comparison: { lost: `${loss}: ${reason}` } }
  }
}
