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
