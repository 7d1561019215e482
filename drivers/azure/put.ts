import type { BlockBlobClient } from "@azure/storage-blob"
import { checksumOf } from "./block-stager.ts"
import type { Storage } from "./client.ts"

export const contentType = "application/octet-stream"

/** One request, which replaces the blob whole; the service takes up to 5,000 MiB in one, and compares the checksum. */
export async function putBlob(
  { requests }: Storage,
  blob: BlockBlobClient,
  content: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = { blobHTTPHeaders: { blobContentType: contentType }, transactionalContentMD5: checksumOf(content) }
  await requests.send((abortSignal) => blob.upload(content, content.length, { ...options, abortSignal }), {
    signal,
    bytes: content.length,
  })
}
