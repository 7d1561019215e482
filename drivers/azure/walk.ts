import type { FileInfo, WalkFunction, WalkOptions, WalkStep } from "../contract.ts"
import type { Storage } from "./client.ts"
import { blobNotFound } from "./errors.ts"
import { children, descendantPages, type Entry } from "./list.ts"

interface Walk {
  readonly storage: Storage
  readonly visit: WalkFunction
  readonly startAfter: readonly string[] | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Walks a directory by flat listing: one request where all below it fits into one page, however deep it is, and no request for any
 * entry. A directory with more below it is listed by its direct descendants, and each directory among them is walked in the same
 * way. So the requests are at most about twice the pages, memory holds one page for each level that is larger than a page, and of a
 * directory that the visitor skips no more than a page was listed.
 *
 * A flat listing is not in the order of a walk: "a-b" comes before "a/b" in it. That is why a page is sorted, and no page is
 * visited whose end is not known.
 *
 * What is listed may be gone when it is visited.
 *
 * @throws ServiceError BlobNotFound where there is no such directory, unless startAfter is given
 */
export async function walkTree(
  storage: Storage,
  path: string,
  visit: WalkFunction,
  { startAfter, signal }: WalkOptions = {},
): Promise<void> {
  const walk = { storage, visit, startAfter: startAfter === undefined ? undefined : componentsOf(startAfter), signal }
  const { isEmpty } = await walkDirectory(walk, path)
  if (isEmpty && path !== "/" && startAfter === undefined) throw blobNotFound()
}

interface Outcome {
  readonly isEmpty: boolean
  readonly isStopped: boolean
}

async function walkDirectory(walk: Walk, path: string): Promise<Outcome> {
  const { storage, signal } = walk
  const prefix = storage.names.ofDirectory(path)
  const { done, value: page } = await descendantPages(storage, { prefix, signal }).next()
  if (done !== true && page.isLast) {
    const files = page.blobs.flatMap((blob) => (blob.isWhole ? (fileOf(storage, blob, path) ?? []) : []))
    const isStopped = await visitAll(walk, withDirectories(files, path))
    return { isEmpty: page.blobs.every(({ isWhole }) => !isWhole), isStopped }
  }
  const entries = new Map<string, FileInfo>()
  const directories = new Set<string>()
  for await (const child of children(storage, { prefix, signal })) {
    const info = fileOf(storage, child, path)
    if (info?.isDirectory) directories.add(info.path)
    // A name may stand for a file and for a directory: the file, which has a content of its own, is what is told.
    if (info !== undefined && entries.get(info.path)?.isDirectory !== false) entries.set(info.path, info)
  }
  for (const info of [...entries.values()].sort(inOrder)) {
    const step = await visitOne(walk, info)
    if (step === "stop") return { isEmpty: false, isStopped: true }
    const isSkipped = step === "skip-directory" || placeOf(info.path, walk.startAfter) === "before"
    const inside = directories.has(info.path) && !isSkipped
    if (inside && (await walkDirectory(walk, info.path)).isStopped) return { isEmpty: false, isStopped: true }
  }
  return { isEmpty: entries.size === 0, isStopped: false }
}

function fileOf({ names }: Storage, { name, size, modTime }: Entry, below: string): FileInfo | undefined {
  const path = names.toPath(name)
  return path === undefined || path === below ? undefined : { path, size, modTime, isDirectory: name.endsWith("/") }
}

/** The files in the order of a walk, each directory before what is in it. */
function withDirectories(files: readonly FileInfo[], root: string): readonly FileInfo[] {
  const entries = new Map(files.map((file) => [file.path, file]))
  const depth = componentsOf(root).length
  for (const { path } of files) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const directory = path.slice(0, end)
      if (componentsOf(directory).length <= depth || entries.has(directory)) break
      entries.set(directory, { path: directory, size: 0, modTime: new Date(0), isDirectory: true })
    }
  }
  return [...entries.values()].sort(inOrder)
}

/** @returns whether the visitor has stopped the walk */
async function visitAll(walk: Walk, entries: readonly FileInfo[]): Promise<boolean> {
  let skipped: string | undefined
  for (const info of entries) {
    if (skipped !== undefined && info.path.startsWith(skipped)) continue
    skipped = undefined
    const step = await visitOne(walk, info)
    if (step === "stop") return true
    if (step === "skip-directory") skipped = `${info.path}/`
  }
  return false
}

async function visitOne({ visit, startAfter, signal }: Walk, info: FileInfo): Promise<WalkStep | undefined> {
  signal?.throwIfAborted()
  return placeOf(info.path, startAfter) === "after" ? ((await visit(info)) ?? undefined) : undefined
}

/** Where an entry stands to the path that the walk starts after: "around" is that path itself or one of its parents. */
type Place = "before" | "around" | "after"

function placeOf(path: string, start: readonly string[] | undefined): Place {
  if (start === undefined) return "after"
  for (const [level, name] of componentsOf(path).entries()) {
    const other = start[level]
    if (other === undefined || name > other) return "after"
    if (name < other) return "before"
  }
  return "around"
}

function inOrder({ path: one }: FileInfo, { path: other }: FileInfo): number {
  // A slash counts less than any character of a name, so that a directory's contents follow it.
  const [a, b] = [one.replaceAll("/", "\0"), other.replaceAll("/", "\0")]
  return a < b ? -1 : a > b ? 1 : 0
}

function componentsOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "")
}
