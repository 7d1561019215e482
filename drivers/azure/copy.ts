import { StorageSharedKeyCredential } from "@azure/storage-blob"
import { z } from "zod"
import { blobProperties, isIncompleteCopy } from "./blob.ts"
import { hasErrorCode, isBlobNotFound, ServiceError } from "./errors.ts"
import type { Move } from "./move.ts"

/** Milliseconds for which the service may read the source by a URL. */
export const sourceLifetime = 24 * 3_600_000

/** When a copy that the service did not finish at once is asked about. */
export interface CopyPolling {
  /** How many times at most; -1 and 0: never, such a copy is aborted at once. */
  readonly maxRetry: number
  /** Milliseconds before the first time; n times as long before the n-th. */
  readonly delay: number
}

/** The SDK's type of this state leaves the id out. */
const startedCopy = z
  .object({ copyId: z.string(), isCompleted: z.boolean().default(false) })
  .transform(({ copyId, isCompleted }) => ({ id: copyId, isDone: isCompleted }))

export interface Versions {
  /** ETag of what is to be copied. */
  readonly from: string
  /** ETag of what is to be replaced; undefined where nothing is to be there. */
  readonly to: string | undefined
}

/** Begins to copy exactly this content onto exactly that. */
export async function startCopy(
  { storage, source, destination, signal }: Move,
  { from, to }: Versions,
): Promise<z.output<typeof startedCopy> | { readonly refusal: ServiceError }> {
  // The account key vouches for a source in the same account; a token does not.
  const isVouchedFor = storage.credential instanceof StorageSharedKeyCredential
  const url = isVouchedFor ? source.url : await storage.signUrl(source, sourceLifetime, signal)
  const conditions = to === undefined ? { ifNoneMatch: "*" } : { ifMatch: to }
  try {
    const poller = await storage.requests.send(
      (abortSignal) => destination.beginCopyFromURL(url, { sourceConditions: { ifMatch: from }, conditions, abortSignal }),
      { signal },
    )
    return startedCopy.parse(poller.getOperationState())
  } catch (error) {
    if (error instanceof ServiceError && error.status !== undefined && !error.isPassing) return { refusal: error }
    throw error
  }
}

/** Returns when the copy has succeeded. Otherwise it is aborted, what it left at the destination is removed, and this throws. */
export async function finishCopy(move: Move, copyId: string): Promise<void> {
  const { storage, polling, signal } = move
  const { maxRetry, delay } = polling
  try {
    for (let poll = 1; poll <= maxRetry; poll++) {
      await storage.requests.clock.sleep(poll * delay, signal)
      const status = await copyStatus(move, copyId)
      if (status === "success") return
      if (status !== "pending") throw new ServiceError({ message: `the copy ${status}` })
    }
    const patience = maxRetry > 0 ? `was still pending after ${maxRetry} polls` : "was not done at once"
    throw new ServiceError({ message: `the copy ${patience} and was aborted` })
  } catch (error) {
    const isDone = await abandonCopy(move, copyId).catch((reason: unknown) => {
      signal?.throwIfAborted()
      const left = `what it left at the destination could not be removed: ${ServiceError.from(reason).message}`
      throw new ServiceError({ message: `${ServiceError.from(error).message}; ${left}` })
    })
    if (!isDone || signal?.aborted === true) throw error
  }
}

/** @returns "success", "pending" or how it ended otherwise, in words */
async function copyStatus({ storage, destination, signal }: Move, copyId: string): Promise<string> {
  const now = await blobProperties(storage.requests, destination, signal)
  if (now === undefined || now.copyId !== copyId) return "was superseded by another write to the destination"
  if (now.copyStatus === "success" || now.copyStatus === "pending") return now.copyStatus
  return `ended as ${now.copyStatus}`
}

/**
 * Aborts the copy and removes the empty blob that it leaves, under that blob's ETag, so that nothing else is removed. The
 * caller's signal has no say here: it may be the very reason.
 *
 * @returns whether the copy had succeeded before it could be aborted: then it stands
 */
async function abandonCopy({ storage, destination }: Move, copyId: string): Promise<boolean> {
  const { requests } = storage
  try {
    await requests.send((abortSignal) => destination.abortCopyFromURL(copyId, { abortSignal }))
  } catch (error) {
    if (!hasErrorCode(error, "NoPendingCopyOperation", "BlobNotFound")) throw error
  }
  const left = await blobProperties(requests, destination, undefined)
  if (left?.copyId !== copyId) return false
  if (!isIncompleteCopy(left)) return true
  try {
    await requests.send((abortSignal) => destination.delete({ conditions: { ifMatch: left.etag }, abortSignal }))
  } catch (error) {
    if (!isBlobNotFound(error) && !hasErrorCode(error, "ConditionNotMet")) throw error
  }
  return false
}
