import type { BlobClient, BlobGetPropertiesResponse, BlobHTTPHeaders } from "@azure/storage-blob"
import { isBlobNotFound, ServiceError } from "./errors.ts"
import type { Requests } from "./request.ts"

export interface BlobProperties {
  readonly etag: string
  /** In bytes. */
  readonly size: number
  readonly lastModified: Date
  readonly blobType: string
  /** What whoever stored the content has noted of it. */
  readonly headers: BlobHTTPHeaders
  readonly metadata: Record<string, string> | undefined
  readonly copyId: string | undefined
  readonly copyStatus: string | undefined
}

/** What is committed at the blob's name; undefined where nothing is. */
export async function blobProperties(
  requests: Requests,
  blob: BlobClient,
  signal: AbortSignal | undefined,
): Promise<BlobProperties | undefined> {
  try {
    const answer = await requests.send((abortSignal) => blob.getProperties({ abortSignal }), { signal })
    const { etag, contentLength: size, lastModified, blobType, metadata, copyId, copyStatus } = answer
    if (etag === undefined || size === undefined || lastModified === undefined || blobType === undefined) {
      throw new ServiceError({ message: "the service's answer lacks the properties of the blob" })
    }
    return { etag, size, lastModified, blobType, headers: headersOf(answer), metadata, copyId, copyStatus }
  } catch (error) {
    if (isBlobNotFound(error)) return undefined
    throw error
  }
}

function headersOf({
  cacheControl,
  contentType,
  contentMD5,
  contentEncoding,
  contentLanguage,
  contentDisposition,
}: BlobGetPropertiesResponse): BlobHTTPHeaders {
  return {
    ...(cacheControl !== undefined && { blobCacheControl: cacheControl }),
    ...(contentType !== undefined && { blobContentType: contentType }),
    ...(contentMD5 !== undefined && { blobContentMD5: contentMD5 }),
    ...(contentEncoding !== undefined && { blobContentEncoding: contentEncoding }),
    ...(contentLanguage !== undefined && { blobContentLanguage: contentLanguage }),
    ...(contentDisposition !== undefined && { blobContentDisposition: contentDisposition }),
  }
}

/**
 * Whether the blob is the destination of a copy that has not succeeded. The service lists such a blob, empty; for the driver it
 * is not there, since who finds a file takes it to be whole.
 */
export function isIncompleteCopy({ copyStatus }: { readonly copyStatus?: string | undefined }): boolean {
  return copyStatus !== undefined && copyStatus !== "success"
}
