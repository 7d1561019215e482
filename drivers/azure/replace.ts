import { randomBytes } from "node:crypto"
import { type BlobProperties, blobProperties } from "./blob.ts"
import { baseOf, encodeBlockId, noParent } from "./block-id.ts"
import { maxBlocks } from "./block-size.ts"
import { sourceLifetime } from "./copy.ts"
import { ServiceError } from "./errors.ts"
import type { Move } from "./move.ts"
import { inParallel } from "./parallel.ts"

export function canReplaceInBlocks({ blobType }: BlobProperties): boolean {
  return blobType === "BlockBlob"
}

/**
 * Puts the source's content in place of the destination's: the service copies it into blocks, of which nothing shows, and one commit
 * makes them the content. Readers find the old or the new content, and a failure leaves the old.
 *
 * @param from what is to be copied
 * @throws ServiceError ConditionNotMet where the source has changed while it was copied
 */
export async function replaceInBlocks(move: Move, from: BlobProperties): Promise<void> {
  const { storage, source, destination, signal } = move
  const { requests } = storage
  const blockSize = Math.max(storage.copySize, Math.ceil(from.size / maxBlocks))
  const starts = Array.from({ length: Math.ceil(from.size / blockSize) }, (_, index) => index * blockSize)
  const nonce = randomBytes(4).toString("hex")
  const ids = starts.map((offset) => idOf(offset, nonce))
  const url = starts.length === 0 ? "" : await storage.signUrl(source, sourceLifetime, signal)
  await inParallel(starts.entries(), storage.transfer.concurrency, async ([index, offset]) => {
    const count = Math.min(blockSize, from.size - offset)
    await requests.send((abortSignal) => destination.stageBlockFromURL(ids[index] ?? "", url, offset, count, { abortSignal }), {
      signal,
      bytes: count,
    })
  })
  // The SDK has no condition on the source of a block. An ETag is never given twice, so one that is still there was there throughout.
  const now = starts.length > 0 ? await blobProperties(requests, source, signal) : from
  if (now?.etag !== from.etag) {
    throw new ServiceError({ message: "the source has changed while it was copied", status: 412, errorCode: "ConditionNotMet" })
  }
  const { headers: blobHTTPHeaders, metadata } = from
  const options = {
    blobHTTPHeaders,
    ...(metadata === undefined ? {} : { metadata }),
  }
  await requests.send((abortSignal) => destination.commitBlockList(ids, { ...options, abortSignal }), { signal })
}

/** Of the form of an upload's ids, as all uncommitted ids of a blob need one length; of a generation that never counts as an upload. */
function idOf(offset: number, nonce: string): string {
  return encodeBlockId({ kind: "data", generation: 0, offset, epoch: 0, base: baseOf(undefined), nonce, parent: noParent })
}
