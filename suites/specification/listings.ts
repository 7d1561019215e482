import type { CallOf, Entry, Outcome } from "./calls.ts"
import { comesAfter, isBelow, isChild } from "./paths.ts"
import { anything, type Possibility, refuses } from "./possibility.ts"
import { entriesBelow, presentAt, type State } from "./state.ts"

/** What list and walk may come to. */

export function list(state: State, { path }: CallOf<"list">): readonly Possibility[] {
  const nothing = refuses("list/missing-is-path-not-found", "PathNotFound", path, state)
  const { kind } = presentAt(state, path)
  if (kind === "unknown") return [anything(state)]
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
  const { path, startAfter } = call
  const { kind } = presentAt(state, path)
  if (kind === "unknown") return [anything(state)]
  const nothing = refuses("walk/every-file-once", "PathNotFound", path, state)
  if (kind === "nothing") return [nothing, ofNothing(state, startAfter !== undefined)]
  const visits = visitsOf(state, call)
  return kind === "directory" ? visits : [...visits, nothing]
}

/** A walk of nothing that reports nothing: fine with startAfter, where all may have been left out; else PathNotFound is a SHOULD. */
function ofNothing(state: State, startsAfter: boolean): Possibility {
  const way = {
    expected: "PathNotFoundError",
    accepts: (outcome: Outcome) => outcome.kind === "rejected" || (outcome.kind === "visited" && outcome.entries.length === 0),
    next: state,
  }
  return startsAfter
    ? { ...way, rule: "walk/every-file-once" }
    : { ...way, rule: "walk/missing-is-path-not-found", departs: true }
}

/** Which files are reported is a MUST; what folders, in which order, and what startAfter leaves out, a SHOULD. */
function visitsOf(state: State, { path, startAfter, skip, stopAt }: CallOf<"walk">): readonly Possibility[] {
  const { files, directories, open } = entriesBelow(state, path)
  const kept = (entry: string): boolean => skip === undefined || !isBelow(entry, skip)
  const wanted = (entry: string): boolean => kept(entry) && (startAfter === undefined || comesAfter(entry, startAfter))
  const allowed = new Set([...files, ...directories, ...open].filter(kept))
  const rule = ruleOf({ skip, stopAt })
  const visited = (accepts: (entries: readonly Entry[]) => boolean) => (outcome: Outcome) =>
    outcome.kind === "visited" && accepts(outcome.entries)
  const onlyWhatIsThere = (entries: readonly Entry[]): boolean =>
    entries.every(({ path: entry, isDirectory }) => allowed.has(entry) && !(isDirectory ? files : directories).has(entry)) &&
    isUnique(entries.filter(({ isDirectory }) => !isDirectory).map((entry) => entry.path)) &&
    endsAt(entries, stopAt)
  const hasAll = (entries: readonly Entry[], expected: readonly string[]): boolean => {
    const reported = new Set(entries.map((entry) => entry.path))
    return (stopAt !== undefined && reported.has(stopAt)) || expected.every((entry) => reported.has(entry))
  }
  const sureFiles = [...files].filter(wanted)
  const sure = [...sureFiles, ...[...directories].filter(wanted)]
  const inOrder = (entries: readonly Entry[]): boolean =>
    isUnique(entries.map((entry) => entry.path)) &&
    foldersComeFirst(entries) &&
    entries.every((entry) => wanted(entry.path)) &&
    hasAll(entries, sure)
  const expected = describe("reports", sure, allowed.size)
  const should = startAfter === undefined ? "walk/folder-before-its-contents" : "walk/start-after"
  return [
    { rule, expected, accepts: visited((entries) => onlyWhatIsThere(entries) && inOrder(entries)), next: state },
    {
      rule: should,
      expected: `${expected}, each folder before what is in it`,
      // What startAfter leaves out is a SHOULD as a whole.
      accepts: visited((entries) => onlyWhatIsThere(entries) && (startAfter !== undefined || hasAll(entries, sureFiles))),
      next: state,
      departs: true,
    },
  ]
}

function ruleOf({ skip, stopAt }: { readonly skip: string | undefined; readonly stopAt: string | undefined }): string {
  if (skip !== undefined) return "walk/skip-directory"
  return stopAt === undefined ? "walk/every-file-once" : "walk/stop-is-final"
}

/** Nothing is reported behind the entry at which the visitor stopped. */
function endsAt(entries: readonly Entry[], stopAt: string | undefined): boolean {
  const stopped = entries.findIndex((entry) => entry.path === stopAt)
  return stopped === -1 || stopped === entries.length - 1
}

function isUnique(paths: readonly string[]): boolean {
  return new Set(paths).size === paths.length
}

/** A directory, where it is reported, comes before what is below it, which follows without a gap. */
function foldersComeFirst(entries: readonly Entry[]): boolean {
  return entries.every(({ path }, index) => {
    const below = entries.flatMap((entry, at) => (isBelow(entry.path, path) ? [at] : []))
    return below.every((at, nth) => at === index + 1 + nth)
  })
}

function describe(what: string, sure: readonly string[], allowed: number): string {
  const shown = sure.slice(0, 8).map((path) => JSON.stringify(path))
  const more = sure.length > shown.length ? ", …" : ""
  const left = allowed > sure.length ? `, and perhaps ${allowed - sure.length} more` : ""
  return `${sure.length === 0 ? `no ${what}` : `the ${what} ${shown.join(", ")}${more}`}${left}`
}
