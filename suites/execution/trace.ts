/** One call into the driver, as reports show it. Text only: what was passed is rendered when the call is made. */
export interface RecordedCall {
  /** Which instance of the driver, counted from 1. */
  readonly instance: number
  /** `putContent`, or `writer of "/a": write` for a call on a writer. */
  readonly method: string
  readonly arguments: readonly string[]
  /** What came of it; "…" while it is under way. */
  outcome: string
}

const maximumCalls = 400

/** The calls of one case, in the order in which they were made. */
export class Trace {
  readonly #calls: RecordedCall[] = []
  #total = 0
  #closed = false

  record(call: Omit<RecordedCall, "outcome">): RecordedCall {
    const recorded = { ...call, outcome: "…" }
    if (this.#closed) return recorded
    this.#total++
    if (this.#calls.length < maximumCalls) this.#calls.push(recorded)
    return recorded
  }

  /** Takes no further calls: what is cleaned up after a case is no part of what it shows. */
  close(): void {
    this.#closed = true
  }

  get closed(): boolean {
    return this.#closed
  }

  /** The first calls of the case, 400 at most, and how many there were. */
  snapshot(): { readonly calls: readonly RecordedCall[]; readonly total: number } {
    return { calls: this.#calls.map((call) => ({ ...call })), total: this.#total }
  }
}
