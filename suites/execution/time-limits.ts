import type { SuiteName } from "../catalogue.ts"
import { type Extent, extents } from "../extent.ts"

/** How long calls into a driver may take. */
export interface TimeLimits {
  /** Milliseconds for a call that carries no content. */
  readonly call: number
}

/** Milliseconds for each entry of a large folder: Azurite takes half as long to delete one of ten thousand. */
const slowestEntry = 60

/** Milliseconds for a call into the driver, where nothing else is said: a delete of thousands of files is one. */
export function usualCallLimit(suite: SuiteName, { costlyEntries }: Extent = extents.small): number {
  return suite === "scale" ? Math.max(120_000, costlyEntries * slowestEntry) : 10_000
}

const slowestBytesPerMillisecond = 256

/** Milliseconds for a call that carries so many bytes: a slow line is no broken rule, so 256 KiB/s are enough. */
export function limitFor(limits: TimeLimits, bytes: number): number {
  return limits.call + Math.ceil(bytes / slowestBytesPerMillisecond)
}

/** Settles as the promise does, or rejects with what `late` makes after so many milliseconds. */
export async function within<Value>(milliseconds: number, promise: Promise<Value>, late: () => Error): Promise<Value> {
  let stop: (() => void) | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    stop = countDown(milliseconds, () => reject(late()))
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    stop?.()
  }
}

/** Milliseconds between two looks at the clock. */
const tick = 1_000

/**
 * Calls `late` after so many milliseconds in which this process ran. Time in which it stood still, by a signal or with the whole
 * machine, is not counted: the driver could do nothing in it. Gives a function that stops it.
 */
function countDown(milliseconds: number, late: () => void): () => void {
  let left = milliseconds
  let timer: NodeJS.Timeout | undefined
  const next = (): void => {
    const wait = Math.min(tick, left)
    const begun = performance.now()
    timer = setTimeout(() => {
      const overslept = performance.now() - begun - wait > tick
      if (!overslept) left -= wait
      if (left > 0) next()
      else late()
    }, wait)
  }
  next()
  return () => clearTimeout(timer)
}

/** Runs what a call into the driver calls back, off the clock. */
export type OffTheClock = <Step>(step: () => Step | Promise<Step>) => Step | Promise<Step>

/** As {@link within}, for a call that calls back: the time stands still meanwhile, and begins anew each time. */
export async function withinEachStep<Value>(
  milliseconds: number,
  make: (offTheClock: OffTheClock) => Promise<Value>,
  late: () => Error,
): Promise<Value> {
  const { promise: limit, reject } = Promise.withResolvers<never>()
  let settled = false
  let stop: (() => void) | undefined
  const begin = (): void => {
    stop?.()
    if (!settled) stop = countDown(milliseconds, () => reject(late()))
  }
  const offTheClock: OffTheClock = (step) => {
    stop?.()
    let pending = false
    try {
      const result = step()
      pending = result instanceof Promise
      return result instanceof Promise ? result.finally(begin) : result
    } finally {
      if (!pending) begin()
    }
  }
  begin()
  try {
    return await Promise.race([make(offTheClock), limit])
  } finally {
    settled = true
    stop?.()
  }
}
