import { readFileSync } from "node:fs"

/** Milliseconds between two looks that are far apart only where whoever looks stood still itself. */
const farApart = 1_000

export interface Watched {
  /** Milliseconds, from any moment on. */
  readonly now: () => number
  /** Milliseconds that the process had to wait for a processor since it began; undefined where the system does not tell. */
  readonly waited: () => number | undefined
}

/**
 * How long a process could have given a sign of life, and gave none. Time in which it had work to do and no processor to do it on does
 * not count: on a busy machine that is not the process's doing. Nor does time in which this process stood still, with the whole machine
 * or by a signal: it would not have heard a sign.
 */
export class Silence {
  readonly #watched: Watched
  #lasted = 0
  #lookedAt: number
  #waitedBy: number | undefined

  /** Begins now. */
  constructor(watched: Watched) {
    this.#watched = watched
    this.#lookedAt = watched.now()
    this.#waitedBy = watched.waited()
  }

  /** There was a sign of life. */
  end(): void {
    this.#lasted = 0
  }

  /** Milliseconds so far. To be asked again and again: it is counted from one time to the next. */
  look(): number {
    const now = this.#watched.now()
    const waited = this.#watched.waited()
    const passed = now - this.#lookedAt
    const inVain = waited === undefined || this.#waitedBy === undefined ? 0 : waited - this.#waitedBy
    if (passed < farApart) this.#lasted += passed - inVain
    this.#lookedAt = now
    this.#waitedBy = waited
    // The system tells of a wait when it is over: what was counted of it before is taken back then.
    return Math.max(0, this.#lasted)
  }
}

/**
 * Milliseconds that the main thread of a process, which its event loop runs on, was ready to run and had to wait for a processor.
 * Undefined where the system does not tell, or there is no such process. Source: docs.kernel.org/scheduler/sched-stats.html, which
 * Linux alone has.
 */
export function waitedForProcessor(processId: number): number | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${processId}/schedstat`, "utf8")
  } catch {
    return undefined
  }
  const [, nanoseconds] = text.split(" ").map(Number)
  return nanoseconds === undefined || Number.isNaN(nanoseconds) ? undefined : nanoseconds / 1e6
}
