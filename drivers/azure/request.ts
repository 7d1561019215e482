import { ServiceError } from "./errors.ts"

/** Milliseconds for a request without a body, its retries included. */
const requestTimeLimit = 60_000
/** Bytes per millisecond: slower than this no upload is waited for. */
const slowestUpload = 256

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  /** Size of the body that is sent, in bytes. */
  readonly bytes?: number
  readonly timeLimit?: number
}

/**
 * Sends one request through the SDK under a time limit of its own: the SDK's limit per try only asks the service to keep it, and
 * a connection gone dead would hang for ever.
 *
 * @throws the signal's reason once that has aborted, otherwise ServiceError
 */
export async function request<T>(send: (abortSignal: AbortSignal) => Promise<T>, options: RequestOptions = {}): Promise<T> {
  const { signal, bytes = 0, timeLimit = requestTimeLimit + bytes / slowestUpload } = options
  signal?.throwIfAborted()
  const controller = new AbortController()
  const abort = () => controller.abort()
  const timer = setTimeout(abort, timeLimit)
  signal?.addEventListener("abort", abort, { once: true })
  try {
    return await send(controller.signal)
  } catch (error) {
    signal?.throwIfAborted()
    if (!controller.signal.aborted) throw ServiceError.from(error)
    throw new ServiceError({ message: `the service did not answer within ${Math.round(timeLimit / 1000)} s` })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener("abort", abort)
  }
}
