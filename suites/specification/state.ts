import type { Content } from "../../fixtures/content.ts"

/** By what a file came to be what it is: names the promise that is broken where it is not. */
type Origin = "put" | "overwrite" | "move" | "commit"

export interface FileState {
  readonly content: Content
  readonly origin: Origin
}

/** An upload that is neither committed nor cancelled. */
export interface UploadState {
  readonly content: Omit<Content, "length">
  /** Bytes accepted. */
  readonly accepted: number
  /** Whether a writer is open on it; else it was closed and can be resumed. */
  readonly open: boolean
}

/**
 * What may be stored. Directories are implied by what is below them; where the contract leaves open whether there is one, it is among
 * `emptied`.
 */
export interface State {
  readonly files: ReadonlyMap<string, FileState>
  /** By path. */
  readonly uploads: ReadonlyMap<string, UploadState>
  /** Directories whose last file has gone: they may remain or not. */
  readonly emptied: ReadonlySet<string>
  /** Paths whose last content went, and by what: names the promise that is broken where something is there. */
  readonly gone: ReadonlyMap<string, "delete" | "move" | "cancel">
}

export const emptyState: State = { files: new Map(), uploads: new Map(), emptied: new Set(), gone: new Map() }

/** What is at a path. */
export type Present =
  | { readonly kind: "file"; readonly file: FileState }
  | { readonly kind: "directory" }
  /** A directory, or nothing. */
  | { readonly kind: "perhaps-directory" }
  | { readonly kind: "nothing" }
  /** An upload: what was there before, nothing, or what was accepted so far. */
  | { readonly kind: "upload"; readonly upload: UploadState; readonly before: FileState | undefined }

export function presentAt(state: State, path: string): Present {
  const upload = state.uploads.get(path)
  const file = state.files.get(path)
  if (upload !== undefined) return { kind: "upload", upload, before: file }
  if (file !== undefined) return { kind: "file", file }
  for (const below of state.files.keys()) if (isBelow(below, path)) return { kind: "directory" }
  if (path === "/" || state.emptied.has(path)) return { kind: "perhaps-directory" }
  for (const below of state.uploads.keys()) if (isBelow(below, path)) return { kind: "perhaps-directory" }
  return { kind: "nothing" }
}

/** Whether the path lies below the directory, at any depth. */
export function isBelow(path: string, directory: string): boolean {
  return path !== directory && (directory === "/" ? path.startsWith("/") : path.startsWith(`${directory}/`))
}

/** The directories above a path, the nearest first, without the root. */
export function parentsOf(path: string): readonly string[] {
  const parents: string[] = []
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) parents.push(path.slice(0, end))
  return parents
}

/** Everything below a directory: what is surely there, and what the contract leaves open. */
export function entriesBelow(
  state: State,
  directory: string,
): { readonly files: ReadonlySet<string>; readonly directories: ReadonlySet<string>; readonly open: ReadonlySet<string> } {
  const files = new Set<string>()
  const directories = new Set<string>()
  const open = new Set<string>()
  const add = (path: string, into: Set<string>, above: Set<string>): void => {
    if (!isBelow(path, directory)) return
    into.add(path)
    for (const parent of parentsOf(path)) if (isBelow(parent, directory)) above.add(parent)
  }
  for (const path of state.files.keys())
    add(path, state.uploads.has(path) ? open : files, state.uploads.has(path) ? open : directories)
  for (const path of state.uploads.keys()) add(path, open, open)
  for (const path of state.emptied) add(path, open, open)
  return { files, directories, open }
}

/** The state with a file at the path. */
export function withFile(state: State, path: string, file: FileState): State {
  const files = new Map(state.files).set(path, file)
  const gone = new Map(state.gone)
  gone.delete(path)
  const emptied = new Set([...state.emptied].filter((folder) => !isBelow(path, folder)))
  return { ...state, files, gone, emptied }
}

/** The state without these files; the directories that they leave behind may remain. */
export function withoutFiles(state: State, paths: readonly string[], by: "delete" | "move" | "cancel"): State {
  const files = new Map(state.files)
  const gone = new Map(state.gone)
  const emptied = new Set(state.emptied)
  for (const path of paths) {
    files.delete(path)
    gone.set(path, by)
    for (const parent of parentsOf(path)) emptied.add(parent)
  }
  const remaining = [...files.keys()]
  return {
    ...state,
    files,
    gone,
    emptied: new Set([...emptied].filter((folder) => !remaining.some((file) => isBelow(file, folder)))),
  }
}

export function withUpload(state: State, path: string, upload: UploadState | undefined): State {
  const uploads = new Map(state.uploads)
  const emptied = new Set(state.emptied)
  if (upload === undefined) {
    uploads.delete(path)
    const files = [...state.files.keys()]
    for (const parent of parentsOf(path)) if (!files.some((file) => isBelow(file, parent))) emptied.add(parent)
  } else {
    uploads.set(path, upload)
  }
  return { ...state, uploads, emptied }
}

/** Equal for states that hold the same. */
export function keyOf({ files, uploads, emptied }: State): string {
  const sorted = <Value>(entries: Iterable<readonly [string, Value]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  const contents = sorted(files).map(([path, { content }]) => [path, content.object, content.version, content.length])
  const pending = sorted(uploads).map(([path, { content, accepted, open }]) => [
    path,
    content.object,
    content.version,
    accepted,
    open,
  ])
  return JSON.stringify([contents, pending, [...emptied].sort()])
}
