import {
  type CallOptions,
  InvalidPathError,
  isValidDirectoryPath,
  isValidPath,
  StorageDriverError,
} from "storage-driver-conformance"

/** What all calls of the driver have in common. */

export const driverName = "redis"

export function checkPath(path: string, options?: CallOptions): void {
  options?.signal?.throwIfAborted()
  if (!isValidPath(path)) throw new InvalidPathError({ driverName, path })
}

export function checkDirectoryPath(path: string, options?: CallOptions): void {
  options?.signal?.throwIfAborted()
  if (!isValidDirectoryPath(path)) throw new InvalidPathError({ driverName, path })
}

/**
 * What Redis answers, or the reason of a signal that comes before it. What the client rejects with is kept as the cause of an error of
 * the contract.
 */
export async function unlessAborted<Value>(options: CallOptions | undefined, path: string, work: Promise<Value>): Promise<Value> {
  const answer = work.catch((cause: unknown) => {
    throw new StorageDriverError({ driverName, path, cause })
  })
  const signal = options?.signal
  if (signal === undefined) return answer
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener("abort", abort, { once: true })
  try {
    return await Promise.race([answer, promise])
  } finally {
    signal.removeEventListener("abort", abort)
  }
}
