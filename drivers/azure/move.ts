import { setTimeout as sleep } from "node:timers/promises"
import type { BlobClient } from "@azure/storage-blob"
import { z } from "zod"
import { type BlobProperties, blobProperties, isIncompleteCopy } from "./blob.ts"
import { blobNotFound, hasErrorCode, isBlobNotFound, ServiceError } from "./errors.ts"
import { request } from "./request.ts"

/** When a copy that the service did not finish at once is asked about. */
export interface CopyPolling {
  /** How many times at most; -1 and 0: never, such a copy is aborted at once. */
  readonly maxRetry: number
  /** Milliseconds before the first time; n times as long before the n-th. */
  readonly delay: number
}

/** How often a source that changes just before it is copied is looked at anew. */
const maxChangedSources = 5

/**
 * Moves a blob: a copy by the service, and then the delete of the very content that was copied.
 *
 * A copy that does not succeed leaves the source as it is and nothing at the destination, whose old content may be lost.
 *
 * @throws ServiceError BlobNotFound where there is no source
 */
export async function moveBlob(
  { source, destination }: { readonly source: BlobClient; readonly destination: BlobClient },
  polling: CopyPolling,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (source.name === destination.name) {
    await wholeBlob(source, signal)
    return
  }
  const etag = await copyWhole(source, destination, polling, signal)
  try {
    await request((abortSignal) => source.delete({ deleteSnapshots: "include", conditions: { ifMatch: etag }, abortSignal }), {
      signal,
    })
  } catch (error) {
    // Gone already, or written anew since: what was copied is no longer at the source in either case.
    if (!isBlobNotFound(error) && !hasErrorCode(error, "ConditionNotMet")) throw error
  }
}

async function wholeBlob(blob: BlobClient, signal: AbortSignal | undefined): Promise<BlobProperties> {
  const properties = await blobProperties(blob, signal)
  if (properties === undefined || isIncompleteCopy(properties)) throw blobNotFound()
  return properties
}

/** @returns the ETag of what was copied */
async function copyWhole(
  source: BlobClient,
  destination: BlobClient,
  polling: CopyPolling,
  signal: AbortSignal | undefined,
): Promise<string> {
  for (let tries = 1; ; tries++) {
    const { etag } = await wholeBlob(source, signal)
    try {
      const copy = await startCopy(source, destination, etag, signal)
      if (!copy.isDone) await finishCopy(destination, copy.id, polling, signal)
      return etag
    } catch (error) {
      if (!(error instanceof CopyNotStarted)) throw error
      // The answer to a copy that was refused may mean either blob, so what has become of the source is looked up.
      const now = await wholeBlob(source, signal)
      if (now.etag === etag || tries === maxChangedSources) throw refused(error.reason)
    }
  }
}

/** The source is there, so that whatever the service calls missing must not be taken for it. */
function refused(reason: ServiceError): ServiceError {
  const message = `the service refused to copy: ${[reason.errorCode, reason.message].filter(Boolean).join(": ")}`
  return new ServiceError({ message, status: reason.status, requestId: reason.requestId })
}

class CopyNotStarted extends Error {
  readonly reason: ServiceError

  constructor(reason: ServiceError) {
    super(reason.message)
    this.reason = reason
  }
}

/** The SDK's type of this state leaves the id out. */
const startedCopy = z
  .object({ copyId: z.string(), isCompleted: z.boolean().default(false) })
  .transform(({ copyId, isCompleted }) => ({ id: copyId, isDone: isCompleted }))

async function startCopy(
  source: BlobClient,
  destination: BlobClient,
  etag: string,
  signal: AbortSignal | undefined,
): Promise<z.output<typeof startedCopy>> {
  try {
    const poller = await request(
      (abortSignal) => destination.beginCopyFromURL(source.url, { sourceConditions: { ifMatch: etag }, abortSignal }),
      { signal },
    )
    return startedCopy.parse(poller.getOperationState())
  } catch (error) {
    if (error instanceof ServiceError && error.status !== undefined && error.status < 500) throw new CopyNotStarted(error)
    throw error
  }
}

/** Returns when the copy has succeeded. Otherwise it is aborted, what it left at the destination is removed, and this throws. */
async function finishCopy(
  destination: BlobClient,
  copyId: string,
  { maxRetry, delay }: CopyPolling,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    for (let poll = 1; poll <= maxRetry; poll++) {
      await pause(poll * delay, signal)
      const status = await copyStatus(destination, copyId, signal)
      if (status === "success") return
      if (status !== "pending") throw new ServiceError({ message: `the copy ${status}` })
    }
    const patience = maxRetry > 0 ? `was still pending after ${maxRetry} polls` : "was not done at once"
    throw new ServiceError({ message: `the copy ${patience} and was aborted` })
  } catch (error) {
    const isDone = await abandonCopy(destination, copyId).catch((reason: unknown) => {
      signal?.throwIfAborted()
      const left = `what it left at the destination could not be removed: ${ServiceError.from(reason).message}`
      throw new ServiceError({ message: `${ServiceError.from(error).message}; ${left}` })
    })
    if (!isDone || signal?.aborted === true) throw error
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/** @returns "success", "pending" or how it ended otherwise, in words */
async function copyStatus(destination: BlobClient, copyId: string, signal: AbortSignal | undefined): Promise<string> {
  const now = await blobProperties(destination, signal)
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
async function abandonCopy(destination: BlobClient, copyId: string): Promise<boolean> {
  try {
    await request((abortSignal) => destination.abortCopyFromURL(copyId, { abortSignal }))
  } catch (error) {
    if (!hasErrorCode(error, "NoPendingCopyOperation", "BlobNotFound")) throw error
  }
  const left = await blobProperties(destination, undefined)
  if (left?.copyId !== copyId) return false
  if (!isIncompleteCopy(left)) return true
  try {
    await request((abortSignal) => destination.delete({ conditions: { ifMatch: left.etag }, abortSignal }))
  } catch (error) {
    if (!isBlobNotFound(error) && !hasErrorCode(error, "ConditionNotMet")) throw error
  }
  return false
}
