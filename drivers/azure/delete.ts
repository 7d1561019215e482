import type { BlobClient } from "@azure/storage-blob"
import { blobProperties, isIncompleteCopy } from "./blob.ts"
import type { Storage } from "./client.ts"
import { blobNotFound, isBlobNotFound } from "./errors.ts"
import { descendantPages } from "./list.ts"
import { request } from "./request.ts"
import { hasPendingUpload } from "./writer.ts"

const parallelDeletes = 16

/**
 * Deletes a file, all files below a directory, and the pending uploads of both.
 *
 * @throws ServiceError BlobNotFound where there was neither a file nor a pending upload
 */
export async function deleteTree(storage: Storage, path: string, signal: AbortSignal | undefined): Promise<void> {
  const { container, names } = storage
  const file = storage.blob(path)
  let found = await isThere(file, signal)
  await deleteBlob(file, signal)
  const prefix = names.ofDirectory(path)
  for await (const page of descendantPages(container, { prefix, signal, includeUncommitted: true })) {
    found ||= page.some(({ size, isWhole }) => size > 0 && isWhole)
    for (const { name } of page) found ||= await isThere(container.getBlockBlobClient(name), signal)
    for (let first = 0; first < page.length; first += parallelDeletes) {
      const batch = page.slice(first, first + parallelDeletes)
      await Promise.all(batch.map(({ name }) => deleteBlob(container.getBlobClient(name), signal)))
    }
  }
  if (!found) throw blobNotFound()
}

/** A blob of which nothing is committed counts where its upload can be resumed: what a cancelled one left behind does not. */
async function isThere(blob: ReturnType<Storage["blob"]>, signal: AbortSignal | undefined): Promise<boolean> {
  const committed = await blobProperties(blob, signal)
  if (committed !== undefined && !isIncompleteCopy(committed)) return true
  return hasPendingUpload(blob, committed?.etag, signal)
}

/** One that is gone meanwhile was deleted by somebody else, or by a first try whose answer was lost. */
async function deleteBlob(blob: BlobClient, signal: AbortSignal | undefined): Promise<void> {
  try {
    await request((abortSignal) => blob.delete({ deleteSnapshots: "include", abortSignal }), { signal })
  } catch (error) {
    if (!isBlobNotFound(error)) throw error
  }
}
