import { setTimeout as wait } from "node:timers/promises"

/** Time as a parameter, so that whatever waits can be tested without waiting. */
export interface Clock {
  /** Milliseconds, from any moment. */
  now(): number
  /** Rejects with the signal's reason once that has aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

export const realClock: Clock = {
  now: () => performance.now(),
  async sleep(milliseconds, signal) {
    signal?.throwIfAborted()
    try {
      await wait(milliseconds, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
