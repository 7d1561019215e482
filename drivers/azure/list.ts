import type { BlobItem } from "@azure/storage-blob"
import { isIncompleteCopy } from "./blob.ts"
import type { Storage } from "./client.ts"

export interface ListOptions {
  /** What the names begin with. */
  readonly prefix: string
  readonly signal: AbortSignal | undefined
}

/** A blob, or a directory. */
export interface Entry {
  /** That of a directory ends in a slash. */
  readonly name: string
  /** In bytes; 0 for a directory. */
  readonly size: number
  /** 1970 for a directory, of which the service knows nothing. */
  readonly modTime: Date
}

/** What is directly below the prefix, page by page: blobs and directories. A copy that has not succeeded is none. */
export async function* children(storage: Storage, { prefix, signal }: ListOptions): AsyncGenerator<Entry> {
  let continuationToken: string | undefined
  do {
    const { segment, continuationToken: next } = await storage.requests.send(
      (abortSignal) =>
        firstPage(
          storage.container
            .listBlobsByHierarchy("/", { prefix, includeCopy: true, abortSignal })
            .byPage(page(storage.pageSize, continuationToken)),
        ),
      { signal },
    )
    for (const { name } of segment.blobPrefixes ?? []) yield { name, size: 0, modTime: new Date(0) }
    for (const item of segment.blobItems) if (!isIncompleteCopy(item.properties)) yield descendantOf(item)
    continuationToken = next
  } while (continuationToken)
}

/** Whether a blob has a name with this prefix. A page may be empty though another follows. */
export async function hasDescendants(storage: Storage, options: ListOptions): Promise<boolean> {
  for await (const { blobs } of descendantPages(storage, { ...options, pageSize: 1 })) {
    if (blobs.some(({ isWhole }) => isWhole)) return true
  }
  return false
}

export interface Descendant extends Entry {
  /** Whether it is no copy that has not succeeded. */
  readonly isWhole: boolean
  /** Whether it is a copy that goes on. */
  readonly isPending: boolean
}

export interface DescendantsOptions extends ListOptions {
  /** Whether to give blobs too of which blocks are staged and nothing is committed. */
  readonly includeUncommitted?: boolean
  readonly pageSize?: number
}

export interface DescendantPage {
  readonly blobs: readonly Descendant[]
  readonly isLast: boolean
}

/** All blobs whose name begins with the prefix, in the byte order of their names. */
export async function* descendantPages(
  storage: Storage,
  { prefix, signal, includeUncommitted = false, pageSize: size = storage.pageSize }: DescendantsOptions,
): AsyncGenerator<DescendantPage> {
  let continuationToken: string | undefined
  do {
    const { segment, continuationToken: next } = await storage.requests.send(
      (abortSignal) =>
        firstPage(
          storage.container
            .listBlobsFlat({ prefix, includeCopy: true, includeUncommitedBlobs: includeUncommitted, abortSignal })
            .byPage(page(size, continuationToken)),
        ),
      { signal },
    )
    yield { blobs: segment.blobItems.map(descendantOf), isLast: !next }
    continuationToken = next
  } while (continuationToken)
}

function descendantOf({ name, properties }: BlobItem): Descendant {
  return {
    name,
    size: properties.contentLength ?? 0,
    modTime: properties.lastModified,
    isWhole: !isIncompleteCopy(properties),
    isPending: properties.copyStatus === "pending",
  }
}

function page(maxPageSize: number, continuationToken: string | undefined) {
  return continuationToken === undefined ? { maxPageSize } : { maxPageSize, continuationToken }
}

/** One request: the SDK's iterator gives at least one page. */
async function firstPage<Page>(pages: AsyncIterableIterator<Page>): Promise<Page> {
  const { done, value } = await pages.next()
  if (done === true) throw new Error("the service gave no page")
  return value
}
