/** Lets a limited number of calls run at a time, first come, first served. */
export class Slots {
  readonly #waiting = new Set<() => void>()
  #free: number

  constructor(count: number) {
    this.#free = count
  }

  /** Makes the call when a slot is free. A call whose signal comes while it waits is never made and rejects with the reason. */
  async run<Value>(signal: AbortSignal | undefined, call: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free--
    else await this.#turn(signal)
    try {
      return await call()
    } finally {
      this.#release()
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const enter = () => {
      signal?.removeEventListener("abort", leave)
      resolve()
    }
    const leave = () => {
      this.#waiting.delete(enter)
      reject(signal?.reason)
    }
    this.#waiting.add(enter)
    signal?.addEventListener("abort", leave, { once: true })
    return promise
  }

  /** Hands the slot to whoever has waited longest. */
  #release(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free++
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
