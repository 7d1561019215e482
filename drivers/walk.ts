import { errorCodeOf, type FileInfo, type StorageDriver, type WalkFunction, type WalkOptions } from "./contract.ts"

/** What a walk needs of a driver. */
export type Listable = Pick<StorageDriver, "list" | "stat" | "name">

/**
 * A walk made of `list` and `stat`, for drivers without one of their own: one `list` a directory, one `stat` an entry reported, one
 * after the other, and nothing held open while `visit` runs.
 *
 * A directory comes before its contents, which follow it without a gap; siblings come in byte order; the directory walked itself is
 * not reported. This is the order of paths taken component by component, in which `/a/b` precedes `/a-b`. `startAfter` skips every
 * entry that is not after it in this order, whether or not anything is at that path.
 *
 * What is deleted while the walk goes on is passed over. The signal is looked at before each entry.
 *
 * Errors: PathNotFound where the directory is missing; the signal's reason; those of `list`, `stat` and
 * `visit`, as they are. Source: walk.go.
 */
export async function walkByListing(
  driver: Listable,
  path: string,
  visit: WalkFunction,
  options: WalkOptions = {},
): Promise<void> {
  await walkEntries({ driver, visit, options }, await driver.list(path, options))
}

interface Walk {
  readonly driver: Listable
  readonly visit: WalkFunction
  readonly options: WalkOptions
}

/** Resolves to "stop" where the whole walk is over. */
async function walkDirectory(walk: Walk, path: string): Promise<"stop" | undefined> {
  const children = await unlessGone(walk.driver.list(path, walk.options))
  return children === undefined ? undefined : await walkEntries(walk, children)
}

/** Siblings differ in their last name only, and the grammar has ASCII names only, whose order as strings is that of their bytes. */
async function walkEntries(walk: Walk, paths: readonly string[]): Promise<"stop" | undefined> {
  for (const path of paths.toSorted()) {
    walk.options.signal?.throwIfAborted()
    const place = placeOf(path, walk.options.startAfter)
    if (place === "before") continue
    const info = await unlessGone(walk.driver.stat(path, walk.options))
    if (info !== undefined && (await walkEntry(walk, info, place)) === "stop") return "stop"
  }
  return undefined
}

async function walkEntry(walk: Walk, info: FileInfo, place: Place): Promise<"stop" | undefined> {
  if (place === "after") {
    const step = await walk.visit(info)
    if (step === "stop") return "stop"
    if (step === "skip-directory") return undefined
  }
  return info.isDirectory ? await walkDirectory(walk, info.path) : undefined
}

async function unlessGone<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer
  } catch (error) {
    if (errorCodeOf(error) === "PathNotFound") return undefined
    throw error
  }
}

/** Where an entry stands to the path that the walk starts after: "around" is that path itself or one of its parents. */
type Place = "before" | "around" | "after"

function placeOf(entry: string, start: string | undefined): Place {
  if (start === undefined) return "after"
  if (start === entry || start.startsWith(`${entry}/`)) return "around"
  return byComponents(entry) > byComponents(start) ? "after" : "before"
}

/** Names hold characters that come before the slash: in the order of what this gives none does. */
function byComponents(path: string): string {
  return path.replaceAll("/", "\0")
}
