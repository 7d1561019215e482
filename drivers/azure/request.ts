import { type ClockWithTimers, realClock } from "../clock.ts"
import { ServiceError, timeLimitReached } from "./errors.ts"

/** Milliseconds for one try of a request without a body. */
const defaultTryLimit = 30_000
/** Bytes per millisecond: slower than this no upload is waited for. */
const slowestUpload = 256
/** Milliseconds for each operation of a batch, which waits for those of other batches too. */
const slowestOperation = 500
/** Milliseconds of the first wait before a request is tried again; each wait after it may be twice as long. */
const firstWait = 200
const longestWait = 10_000
/** Milliseconds that the service may ask to be left alone for. */
const longestRetryAfter = 30_000
/** How many tries may reach their time limit: a service that is silent twice is not waited for again. */
const mostSilences = 2

export interface RequestsOptions {
  /** How often a request that failed for a passing reason is tried again. */
  readonly maxRetries: number
  readonly clock?: ClockWithTimers
  /** Milliseconds for one try without a body. */
  readonly tryLimit?: number
  /** From 0 to 1. */
  readonly random?: () => number
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  /** Size of the body that is sent, in bytes. */
  readonly bytes?: number
  /** How many operations the request is made of, where it is a batch. */
  readonly operations?: number
}

/**
 * Sends requests through the SDK, and in place of the SDK decides on time limits and on what is tried again.
 *
 * The SDK's limit per try only asks the service to keep it, so that a connection gone dead would hang for ever; it gives up at once
 * when the service throttles with 429; and it does not tell whether there was an earlier try, without which "not there" in answer to
 * a delete cannot be understood.
 */
export class Requests {
  /** How often a request that failed for a passing reason is tried again. */
  readonly maxRetries: number
  /** Milliseconds for one try without a body, and for the next byte of an answer. */
  readonly tryLimit: number
  readonly #random: () => number
  readonly clock: ClockWithTimers

  constructor({ maxRetries, clock = realClock, tryLimit = defaultTryLimit, random = Math.random }: RequestsOptions) {
    this.maxRetries = maxRetries
    this.tryLimit = tryLimit
    this.#random = random
    this.clock = clock
  }

  /**
   * Sends one request, which must be safe to repeat: several times where tries fail for a passing reason.
   *
   * @throws the signal's reason once that has aborted, otherwise ServiceError, whose `mayBeDone` says whether an earlier try may have
   *   been carried out
   */
  async send<T>(
    call: (abortSignal: AbortSignal) => Promise<T>,
    { signal, bytes = 0, operations = 0 }: RequestOptions = {},
  ): Promise<T> {
    const limit = this.tryLimit + bytes / slowestUpload + operations * slowestOperation
    let mayBeDone = false
    let silences = 0
    for (let tries = 1; ; tries++) {
      try {
        return await this.#tryOnce(call, limit, signal)
      } catch (error) {
        signal?.throwIfAborted()
        const failure = ServiceError.from(error)
        if (failure.errorCode === timeLimitReached) silences++
        const isOver = tries > this.maxRetries || silences >= mostSilences
        // A copy that goes on may have been begun by an earlier try, whose answer was lost: then it is not waited for here.
        const isPassing = failure.isPassing || (failure.isOfCopy && !mayBeDone)
        if (!isPassing || isOver) throw failure.afterTries({ tries, mayBeDone })
        mayBeDone ||= failure.leavesOpen
        await this.backOff(tries, signal, failure.retryAfter)
      }
    }
  }

  /**
   * Waits before something is tried again.
   *
   * @param tries how many have failed
   * @param retryAfter milliseconds for which the service wants to be left alone
   */
  async backOff(tries: number, signal: AbortSignal | undefined, retryAfter?: number): Promise<void> {
    await this.clock.sleep(this.#wait(tries, retryAfter), signal)
  }

  /** Between a half and the whole of a time that doubles, so that those who failed together do not come back together. */
  #wait(tries: number, retryAfter: number | undefined): number {
    if (retryAfter !== undefined) return Math.min(retryAfter, longestRetryAfter) * (1 + this.#random() / 4)
    return Math.min(longestWait, firstWait * 2 ** (tries - 1)) * (0.5 + this.#random() / 2)
  }

  async #tryOnce<T>(call: (abortSignal: AbortSignal) => Promise<T>, limit: number, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted()
    const controller = new AbortController()
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const abort = () => {
      controller.abort()
      // The SDK does not look at its signal everywhere: an answer to a batch that breaks off would be waited for without end.
      reject(ServiceError.timedOut(limit))
    }
    const timer = this.clock.startTimer(limit, abort)
    signal?.addEventListener("abort", abort, { once: true })
    try {
      return await Promise.race([call(controller.signal), aborted])
    } catch (error) {
      if (!controller.signal.aborted) throw error
      throw ServiceError.timedOut(limit)
    } finally {
      timer.stop()
      signal?.removeEventListener("abort", abort)
    }
  }
}
