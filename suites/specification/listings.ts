import type { Call, Entry } from "./calls.ts"
import { type Possibility, refuses } from "./possibility.ts"
import { entriesBelow, isBelow, presentAt, type State } from "./state.ts"

/** What list and walk may come to. */

type CallOf<Method extends Call["method"]> = Extract<Call, { readonly method: Method }>

export function list(state: State, { path }: CallOf<"list">): readonly Possibility[] {
  const nothing = refuses("list/missing-is-path-not-found", "PathNotFound", path, state)
  const { kind } = presentAt(state, path)
  if (kind === "nothing") return [nothing]
  const { files, directories, open } = entriesBelow(state, path)
  const direct = (paths: Iterable<string>) => [...paths].filter((entry) => isChild(entry, path))
  const sure = direct([...files, ...directories])
  const allowed = new Set([...sure, ...direct(open)])
  const entries: Possibility = {
    rule: "list/direct-children",
    expected: describe("entries", sure, allowed.size),
    accepts: (outcome) =>
      outcome.kind === "paths" &&
      isUnique(outcome.paths) &&
      sure.every((entry) => outcome.paths.includes(entry)) &&
      outcome.paths.every((entry) => allowed.has(entry)),
    next: state,
  }
  return kind === "directory" ? [entries] : [entries, nothing]
}

export function walk(state: State, call: CallOf<"walk">): readonly Possibility[] {
  const { path, startAfter, skip } = call
  const nothing = refuses("walk/missing-is-path-not-found", "PathNotFound", path, state)
  const { kind } = presentAt(state, path)
  const { files, directories, open } = entriesBelow(state, path)
  const reported = (entry: string): boolean =>
    (skip === undefined || !isBelow(entry, skip)) && (startAfter === undefined || comesAfter(entry, startAfter))
  const sureFiles = [...files].filter(reported)
  const sure = [...sureFiles, ...[...directories].filter(reported)]
  const allowed = new Set([...sure, ...[...open].filter(reported)])
  const rule = skip !== undefined ? "walk/skip-directory" : startAfter !== undefined ? "walk/start-after" : "walk/every-file-once"
  const visits: Possibility = {
    rule,
    expected: describe("reports", sure, allowed.size),
    accepts: ({ kind: came, ...outcome }) => {
      if (came !== "visited" || !("entries" in outcome)) return false
      const paths = outcome.entries.map((entry) => entry.path)
      return (
        isUnique(paths) &&
        sure.every((entry) => paths.includes(entry)) &&
        paths.every((entry) => allowed.has(entry)) &&
        outcome.entries.every(
          (entry) => !(files.has(entry.path) && entry.isDirectory) && !(directories.has(entry.path) && !entry.isDirectory),
        ) &&
        foldersComeFirst(outcome.entries)
      )
    },
    next: state,
  }
  if (kind === "nothing" && startAfter === undefined) return [nothing]
  return kind === "directory" ? [visits] : [visits, nothing]
}

function isChild(path: string, directory: string): boolean {
  return isBelow(path, directory) && !path.slice(directory === "/" ? 1 : directory.length + 1).includes("/")
}

function isUnique(paths: readonly string[]): boolean {
  return new Set(paths).size === paths.length
}

/** A directory, where it is reported, comes before what is below it. */
function foldersComeFirst(entries: readonly Entry[]): boolean {
  return entries.every(
    (entry, index) => !entry.isDirectory || !entries.slice(0, index).some((earlier) => isBelow(earlier.path, entry.path)),
  )
}

/** The order of a walk: by components, each in byte order. */
function comesAfter(path: string, other: string): boolean {
  const [left, right] = [path.split("/"), other.split("/")]
  for (const [index, component] of left.entries()) {
    const against = right[index]
    if (against === undefined) return true
    if (component !== against) return component > against
  }
  return false
}

function describe(what: string, sure: readonly string[], allowed: number): string {
  const shown = sure.slice(0, 8).map((path) => JSON.stringify(path))
  const more = sure.length > shown.length ? ", …" : ""
  const left = allowed > sure.length ? `, and perhaps ${allowed - sure.length} more` : ""
  return `${sure.length === 0 ? `no ${what}` : `the ${what} ${shown.join(", ")}${more}`}${left}`
}
