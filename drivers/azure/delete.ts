import type { BlobClient } from "@azure/storage-blob"
import { StorageDriverError } from "../contract.ts"
import { blobProperties, isIncompleteCopy } from "./blob.ts"
import type { Storage } from "./client.ts"
import { blobNotFound, driverName, isBlobNotFound, ServiceError } from "./errors.ts"
import { type Descendant, descendantPages } from "./list.ts"
import { inParallel } from "./parallel.ts"
import { hasPendingUpload } from "./writer.ts"

/** The most that the service deletes in one request. */
const batchSize = 256
const parallelBatches = 4
/** How many of the files that are left an error names. */
const namedAtMost = 5

/**
 * Deletes a file, all files below a directory, and the pending uploads of both.
 *
 * @throws ServiceError BlobNotFound where there was neither a file nor a pending upload; StorageDriverError that names what is left
 */
export async function deleteTree(storage: Storage, path: string, signal: AbortSignal | undefined): Promise<void> {
  const file = storage.blob(path)
  let found = await isThere(storage, file, signal)
  if (found) await deleteBlob(storage, file, signal)
  const left: Left[] = []
  const prefix = storage.names.ofDirectory(path)
  for await (const { blobs } of descendantPages(storage, { prefix, signal, includeUncommitted: true })) {
    found ||= await someIsThere(storage, blobs, signal)
    // The destination of a copy that goes on is not there yet, and whoever moves something there does so after this.
    const names = blobs.filter(({ isPending }) => !isPending).map(({ name }) => name)
    left.push(...(await deleteAll(storage, names, signal)))
  }
  if (left.length > 0) throw incomplete(storage, path, left)
  if (!found) throw blobNotFound()
}

/** A blob of which nothing is committed counts where its upload can be resumed: what a cancelled one left behind does not. */
async function isThere(storage: Storage, blob: ReturnType<Storage["blob"]>, signal: AbortSignal | undefined): Promise<boolean> {
  const committed = await blobProperties(storage.requests, blob, signal)
  if (committed !== undefined && !isIncompleteCopy(committed)) return true
  return hasPendingUpload(storage, blob, committed?.etag, signal)
}

async function someIsThere(storage: Storage, blobs: readonly Descendant[], signal: AbortSignal | undefined): Promise<boolean> {
  if (blobs.some(({ size, isWhole }) => size > 0 && isWhole)) return true
  for (const { name } of blobs) {
    if (await isThere(storage, storage.container.getBlockBlobClient(name), signal)) return true
  }
  return false
}

/** One that is gone meanwhile was deleted by somebody else, or by a first try whose answer was lost. */
async function deleteBlob({ requests }: Storage, blob: BlobClient, signal: AbortSignal | undefined): Promise<void> {
  try {
    await requests.send((abortSignal) => blob.delete({ deleteSnapshots: "include", abortSignal }), { signal })
  } catch (error) {
    if (!isBlobNotFound(error)) throw error
  }
}

interface Left {
  readonly name: string
  readonly reason: string
}

/** @returns what could not be deleted */
async function deleteAll(storage: Storage, names: readonly string[], signal: AbortSignal | undefined): Promise<Left[]> {
  const batches = Array.from({ length: Math.ceil(names.length / batchSize) }, (_, index) =>
    names.slice(index * batchSize, (index + 1) * batchSize),
  )
  const left: Left[] = []
  await inParallel(batches, parallelBatches, async (batch) => {
    left.push(...(await deleteBatch(storage, batch, signal)))
  })
  return left
}

async function deleteBatch(storage: Storage, names: readonly string[], signal: AbortSignal | undefined): Promise<Left[]> {
  const { container, requests } = storage
  const urls = names.map((name) => container.getBlobClient(name).url)
  const { subResponses } = await requests.send(
    (abortSignal) =>
      container.getBlobBatchClient().deleteBlobs(urls, storage.credential, { deleteSnapshots: "include", abortSignal }),
    { signal, operations: names.length },
  )
  const left: Left[] = []
  for (const [index, name] of names.entries()) {
    // The SDK leaves out an answer that it cannot assign to a blob.
    const answer = subResponses[index]
    if (answer !== undefined && (answer.status < 300 || answer.errorCode === "BlobNotFound")) continue
    // By itself it is tried again where that may help, and the service says more of why it refuses.
    const failure = await deleteBlob(storage, container.getBlobClient(name), signal).catch((error: unknown) => {
      signal?.throwIfAborted()
      return ServiceError.from(error)
    })
    if (failure !== undefined)
      left.push({ name, reason: `${failure.status ?? ""} ${failure.errorCode ?? failure.message}`.trim() })
  }
  return left
}

function incomplete({ names }: Storage, path: string, left: readonly Left[]): StorageDriverError {
  const named = left.slice(0, namedAtMost).map(({ name, reason }) => `${names.toPath(name) ?? name} (${reason})`)
  const more = left.length > namedAtMost ? ` and ${left.length - namedAtMost} more` : ""
  const message = `${driverName}: delete ${path}: ${left.length} ${left.length === 1 ? "file is" : "files are"} left: ${named.join(", ")}${more}`
  return new StorageDriverError({ driverName, path, message })
}
