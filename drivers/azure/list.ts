import type { ContainerClient } from "@azure/storage-blob"
import { isIncompleteCopy } from "./blob.ts"
import { request } from "./request.ts"

/** The most that the service gives at a time. */
const pageSize = 5_000

export interface ListOptions {
  /** What the names begin with. */
  readonly prefix: string
  readonly signal: AbortSignal | undefined
}

/** Names directly below the prefix, page by page: of blobs, and of directories with a slash at their end. */
export async function* childNames(container: ContainerClient, { prefix, signal }: ListOptions): AsyncGenerator<string> {
  let continuationToken: string | undefined
  do {
    const { segment, continuationToken: next } = await request(
      (abortSignal) =>
        firstPage(
          container
            .listBlobsByHierarchy("/", { prefix, includeCopy: true, abortSignal })
            .byPage(page(pageSize, continuationToken)),
        ),
      { signal },
    )
    for (const { name } of segment.blobPrefixes ?? []) yield name
    for (const { name, properties } of segment.blobItems) if (!isIncompleteCopy(properties)) yield name
    continuationToken = next
  } while (continuationToken)
}

/** Whether a blob has a name with this prefix. A page may be empty though another follows. */
export async function hasDescendants(container: ContainerClient, options: ListOptions): Promise<boolean> {
  for await (const { isWhole } of descendants(container, { ...options, pageSize: 1 })) if (isWhole) return true
  return false
}

export interface Descendant {
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** Whether it is no copy that has not succeeded. */
  readonly isWhole: boolean
}

export interface DescendantsOptions extends ListOptions {
  /** Whether to give blobs too of which blocks are staged and nothing is committed. */
  readonly includeUncommitted?: boolean
  readonly pageSize?: number
}

/** All blobs whose name begins with the prefix. */
async function* descendants(container: ContainerClient, options: DescendantsOptions): AsyncGenerator<Descendant> {
  for await (const found of descendantPages(container, options)) yield* found
}

export async function* descendantPages(
  container: ContainerClient,
  { prefix, signal, includeUncommitted = false, pageSize: size = pageSize }: DescendantsOptions,
): AsyncGenerator<readonly Descendant[]> {
  let continuationToken: string | undefined
  do {
    const { segment, continuationToken: next } = await request(
      (abortSignal) =>
        firstPage(
          container
            .listBlobsFlat({ prefix, includeCopy: true, includeUncommitedBlobs: includeUncommitted, abortSignal })
            .byPage(page(size, continuationToken)),
        ),
      { signal },
    )
    yield segment.blobItems.map(({ name, properties }) => ({
      name,
      size: properties.contentLength ?? 0,
      isWhole: !isIncompleteCopy(properties),
    }))
    continuationToken = next
  } while (continuationToken)
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
