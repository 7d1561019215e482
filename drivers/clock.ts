import { setTimeout as wait } from "node:timers/promises"

/** Time as a parameter, so that whatever waits can be tested without waiting. */
export interface Clock {
  /** Milliseconds, from any moment. */
  now(): number
  /** Rejects with the signal's reason once that has aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** Of those too that set a limit to what they wait for. */
export interface ClockWithTimers extends Clock {
  /** Calls back once when the time is over, unless the timer is stopped before. */
  startTimer(milliseconds: number, whenOver: () => void): Timer
}

export interface Timer {
  /** From now on it has its whole time again. */
  restart(): void
  stop(): void
}

export const realClock: ClockWithTimers = {
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
  startTimer(milliseconds, whenOver) {
    const timer = setTimeout(whenOver, milliseconds)
    return { restart: () => void timer.refresh(), stop: () => clearTimeout(timer) }
  },
}
