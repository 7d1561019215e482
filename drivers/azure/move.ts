import type { BlobClient, BlockBlobClient } from "@azure/storage-blob"
import { type BlobProperties, blobProperties, isIncompleteCopy } from "./blob.ts"
import type { Storage } from "./client.ts"
import { type CopyPolling, finishCopy, startCopy } from "./copy.ts"
import { blobNotFound, hasErrorCode, isBlobNotFound, ServiceError } from "./errors.ts"
import { canReplaceInBlocks, replaceInBlocks } from "./replace.ts"

/** How often it is begun anew because somebody else has changed the source or the destination meanwhile. */
const maxRounds = 10

export interface Move {
  readonly storage: Storage
  readonly source: BlobClient
  readonly destination: BlockBlobClient
  readonly polling: CopyPolling
  readonly signal: AbortSignal | undefined
}

/**
 * Moves a blob: a copy by the service, and then the delete of the very content that was copied.
 *
 * Where nothing is at the destination it is one Copy Blob, which is done at once for any size as a rule. That empties what it
 * replaces before it is done, so that content at the destination is replaced in blocks that are copied first and committed then.
 *
 * A copy that fails leaves the source as it is, and the destination as it was.
 *
 * @throws ServiceError BlobNotFound where there is no source
 */
export async function moveBlob(move: Move): Promise<void> {
  const { storage, source, destination, signal } = move
  if (source.name === destination.name) {
    await wholeBlob(move)
    return
  }
  const etag = await copyWhole(move)
  try {
    await storage.requests.send(
      (abortSignal) => source.delete({ deleteSnapshots: "include", conditions: { ifMatch: etag }, abortSignal }),
      { signal },
    )
  } catch (error) {
    // Gone already, or written anew since: what was copied is no longer at the source in either case.
    if (!isBlobNotFound(error) && !hasErrorCode(error, "ConditionNotMet")) throw stillAtSource(error, signal)
  }
}

/** The copy is left as well: whether the source is gone need not be known, and one of the two must stay. */
function stillAtSource(error: unknown, signal: AbortSignal | undefined): unknown {
  signal?.throwIfAborted()
  const { message, status, errorCode } = ServiceError.from(error)
  const reason = [status, errorCode, message].filter((part) => part !== undefined).join(" ")
  return new ServiceError({
    message: `it was copied, and the source could not be deleted, so that the content may be at both: ${reason}`,
    ...(status === undefined ? { errorCode } : {}),
  })
}

async function wholeBlob({ storage, source, signal }: Move): Promise<BlobProperties> {
  const properties = await blobProperties(storage.requests, source, signal)
  if (properties === undefined || isIncompleteCopy(properties)) throw blobNotFound()
  return properties
}

/** @returns the ETag of what was copied */
async function copyWhole(move: Move): Promise<string> {
  const { storage, destination, signal } = move
  // By blocks of an upload, of which nothing is committed: that is no blob, but Azurite refuses a copy to where no blob may be.
  let isTaken = false
  for (let round = 1; ; round++) {
    const from = await wholeBlob(move)
    const to = await blobProperties(storage.requests, destination, signal)
    const replaces = to !== undefined && !isIncompleteCopy(to)
    if ((isTaken || (replaces && canReplaceInBlocks(to))) && (await hasReplaced(move, from))) return from.etag
    const refusal = await copyBlob(move, from, to)
    if (refusal === undefined) return from.etag
    await waitForLostCopy(move, refusal)
    // The answer to a copy that was refused may mean either blob, so what has become of both is looked up.
    const [fromNow, toNow] = [await wholeBlob(move), await blobProperties(storage.requests, destination, signal)]
    const wasTaken = isTaken
    isTaken = toNow === undefined && hasErrorCode(refusal, "BlobAlreadyExists")
    const isAnother = fromNow.etag !== from.etag || toNow?.etag !== to?.etag || (isTaken && !wasTaken)
    if (!isAnother || round === maxRounds) throw refused(refusal, replaces)
  }
}

/** @returns false where the service does not copy into blocks: it may be that it cannot read its own URLs */
async function hasReplaced(move: Move, from: BlobProperties): Promise<boolean> {
  try {
    await replaceInBlocks(move, from)
    return true
  } catch (error) {
    const cannot = error instanceof ServiceError && error.status !== undefined && error.status < 500 && error.status !== 429
    if (!cannot && !hasErrorCode(error, "NotImplemented")) throw error
    return false
  }
}

/** @returns undefined when the copy is done, or with what the service refused it */
async function copyBlob(move: Move, from: BlobProperties, to: BlobProperties | undefined): Promise<ServiceError | undefined> {
  const replaces = to !== undefined && !isIncompleteCopy(to)
  try {
    const copy = await startCopy(move, { from: from.etag, to: to?.etag })
    if ("refusal" in copy) return copy.refusal
    if (!copy.isDone) await finishCopy(move, copy.id)
    return undefined
  } catch (error) {
    move.signal?.throwIfAborted()
    if (!replaces) throw error
    const { message } = ServiceError.from(error)
    throw new ServiceError({ message: `${message}; what was at the destination before may be lost` })
  }
}

/** A try whose answer was lost may have begun a copy: it is waited for, and then replaced like any other content. */
async function waitForLostCopy(move: Move, refusal: ServiceError): Promise<void> {
  if (!refusal.mayBeDone) return
  const begun = await blobProperties(move.storage.requests, move.destination, move.signal)
  if (begun?.copyId !== undefined && begun.copyStatus === "pending") await finishCopy(move, begun.copyId)
}

/** The source is there, so that whatever the service calls missing must not be taken for it. */
function refused({ message, errorCode, status, requestId }: ServiceError, replaces: boolean): ServiceError {
  const reason = [errorCode, message].filter(Boolean).join(": ")
  const outcome = replaces ? "; what is at the destination was left as it is" : ""
  return new ServiceError({ message: `the service refused to copy: ${reason}${outcome}`, status, requestId })
}
