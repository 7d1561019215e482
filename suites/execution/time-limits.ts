/** How long calls into a driver may take. */
export interface TimeLimits {
  /** Milliseconds for a call that carries no content. */
  readonly call: number
}

const slowestBytesPerMillisecond = 256

/** Milliseconds for a call that carries so many bytes: a slow line is no broken rule, so 256 KiB/s are enough. */
export function limitFor(limits: TimeLimits, bytes: number): number {
  return limits.call + Math.ceil(bytes / slowestBytesPerMillisecond)
}

/** Settles as the promise does, or rejects with what `late` makes after so many milliseconds. */
export async function within<Value>(milliseconds: number, promise: Promise<Value>, late: () => Error): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds)
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
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
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    clearTimeout(timer)
    if (!settled) timer = setTimeout(() => reject(late()), milliseconds)
  }
  const offTheClock: OffTheClock = (step) => {
    clearTimeout(timer)
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
    clearTimeout(timer)
  }
}
