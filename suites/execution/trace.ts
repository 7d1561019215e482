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

/** Calls of a case that are kept from its beginning, and from its end. */
const keptAtEachEnd = 200

/** The number, from 1, of the kept call at this index among all calls of the case. A recorder of its own may have kept them all. */
export function numberOf(index: number, kept: number, total: number): number {
  const leftOut = kept > 2 * keptAtEachEnd ? 0 : Math.max(0, total - 2 * keptAtEachEnd)
  return index + 1 + (index < keptAtEachEnd ? 0 : leftOut)
}

/** The calls of one case, in the order in which they were made. */
export class Trace {
  readonly #first: RecordedCall[] = []
  readonly #last: RecordedCall[] = []
  #total = 0
  #closed = false

  record(call: Omit<RecordedCall, "outcome">): RecordedCall {
    const recorded = { ...call, outcome: "…" }
    if (this.#closed) return recorded
    this.#total++
    const calls = this.#first.length < keptAtEachEnd ? this.#first : this.#last
    calls.push(recorded)
    if (calls.length > keptAtEachEnd) calls.shift()
    return recorded
  }

  /** Takes no further calls: what is cleaned up after a case is no part of what it shows. */
  close(): void {
    this.#closed = true
  }

  get closed(): boolean {
    return this.#closed
  }

  /** The first 200 calls of the case and the last 200, and how many there were. */
  snapshot(): { readonly calls: readonly RecordedCall[]; readonly total: number } {
    return { calls: [...this.#first, ...this.#last].map((call) => ({ ...call })), total: this.#total }
  }
}
