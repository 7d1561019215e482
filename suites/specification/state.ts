import type { Content } from "../../fixtures/content.ts"
import { isBelow, parentsOf } from "./paths.ts"

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

/** A stream that was opened, read in part and left open. */
export interface StreamState {
  readonly offset: number
  /** The contents that were at its path since it was opened, the first one first. */
  readonly seen: readonly Content[]
  /** What happened at its path since: nothing, a change, or something of which the contract says nothing. */
  readonly since: "nothing" | "overwrite" | "removal" | "anything"
}

/** What the driver declares it does where the contract leaves it a choice. */
export interface Declared {
  readonly redirectURL: boolean
}

/**
 * What may be stored. Directories are implied by what is below them; where the contract leaves open whether there is one, it is among
 * `emptied`.
 */
export interface State {
  readonly declared: Declared
  readonly files: ReadonlyMap<string, FileState>
  /** By path. */
  readonly uploads: ReadonlyMap<string, UploadState>
  /** By path. */
  readonly streams: ReadonlyMap<string, StreamState>
  /** Directories from below which something has gone: where nothing else is below them they may remain or not. */
  readonly emptied: ReadonlySet<string>
  /** Paths whose last content went, and by what: names the promise that is broken where something is there. */
  readonly gone: ReadonlyMap<string, "delete" | "move" | "cancel">
  /** Paths of which nothing is known any more, since a call was made there that the contract says nothing of. */
  readonly unknown: ReadonlySet<string>
  /** Paths where only a SHOULD says that what is there is there, by the rule's id. */
  readonly doubtful: ReadonlyMap<string, string>
}

export function initialState(declared: Declared): State {
  return {
    declared,
    files: new Map(),
    uploads: new Map(),
    streams: new Map(),
    emptied: new Set(),
    gone: new Map(),
    unknown: new Set(),
    doubtful: new Map(),
  }
}

/** Nothing is stored, and nothing declared. */
export const emptyState: State = initialState({ redirectURL: false })

/** What is at a path. */
export type Present =
  | { readonly kind: "file"; readonly file: FileState }
  | { readonly kind: "directory" }
  /** A directory, or nothing. */
  | { readonly kind: "perhaps-directory" }
  | { readonly kind: "nothing" }
  /** An upload: what was there before, nothing, or what was accepted so far. */
  | { readonly kind: "upload"; readonly upload: UploadState; readonly before: FileState | undefined }
  | { readonly kind: "unknown" }

export function presentAt(state: State, path: string): Present {
  if (state.unknown.has(path)) return { kind: "unknown" }
  const upload = state.uploads.get(path)
  const file = state.files.get(path)
  if (upload !== undefined) return { kind: "upload", upload, before: file }
  if (file !== undefined) return { kind: "file", file }
  for (const below of state.files.keys())
    if (isBelow(below, path) && !state.uploads.has(below) && !state.unknown.has(below)) return { kind: "directory" }
  if (path === "/" || state.emptied.has(path)) return { kind: "perhaps-directory" }
  const uncertain = [...state.uploads.keys(), ...state.unknown]
  return { kind: uncertain.some((below) => isBelow(below, path)) ? "perhaps-directory" : "nothing" }
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
  for (const path of state.files.keys()) {
    const certain = !state.uploads.has(path) && !state.unknown.has(path)
    add(path, certain ? files : open, certain ? directories : open)
  }
  for (const path of [...state.uploads.keys(), ...state.emptied, ...state.unknown]) add(path, open, open)
  return { files, directories, open }
}

/** The state with a file at the path. */
export function withFile(state: State, path: string, file: FileState): State {
  const files = new Map(state.files).set(path, file)
  const streams = changing(state, [path], ({ seen, since }) => ({
    seen: [...seen, file.content],
    since: since === "anything" ? since : "overwrite",
  }))
  return { ...state, files, gone: without(state.gone, [path]), streams, doubtful: without(state.doubtful, [path]) }
}

/** The state without these files; the directories that they leave behind may remain. */
export function withoutFiles(state: State, paths: readonly string[], by: "delete" | "move" | "cancel"): State {
  const gone = new Map(state.gone)
  for (const path of paths) gone.set(path, by)
  const streams = changing(state, paths, ({ since }) => ({ since: since === "anything" ? since : "removal" }))
  const left = { ...state, files: without(state.files, paths), gone, streams, doubtful: without(state.doubtful, paths) }
  return leavingFolders(left, paths)
}

export function withUpload(state: State, path: string, upload: UploadState | undefined): State {
  const streams = changing(state, [path], () => ({ since: "anything" }))
  if (upload !== undefined) return { ...state, streams, uploads: new Map(state.uploads).set(path, upload) }
  return leavingFolders({ ...state, streams, uploads: without(state.uploads, [path]) }, [path])
}

export function withStream(state: State, path: string, stream: StreamState | undefined): State {
  const streams = without(state.streams, [path])
  return { ...state, streams: stream === undefined ? streams : new Map(streams).set(path, stream) }
}

/** The state in which nothing is known of these paths any more. */
export function withUnknown(state: State, paths: readonly string[]): State {
  return {
    ...state,
    files: without(state.files, paths),
    uploads: without(state.uploads, paths),
    streams: changing(state, paths, () => ({ since: "anything" })),
    gone: without(state.gone, paths),
    doubtful: without(state.doubtful, paths),
    unknown: new Set([...state.unknown, ...paths]),
  }
}

/** The state in which only a SHOULD says what is at these paths. */
export function withDoubt(state: State, paths: readonly string[], rule: string): State {
  const doubtful = new Map(state.doubtful)
  for (const path of paths) doubtful.set(path, rule)
  return { ...state, doubtful }
}

/** Directories above what went may remain. */
function leavingFolders(state: State, paths: readonly string[]): State {
  return { ...state, emptied: new Set([...state.emptied, ...paths.flatMap(parentsOf)]) }
}

function changing(
  state: State,
  paths: readonly string[],
  change: (stream: StreamState) => Partial<StreamState>,
): State["streams"] {
  const streams = new Map(state.streams)
  for (const path of paths) {
    const stream = streams.get(path)
    if (stream !== undefined) streams.set(path, { ...stream, ...change(stream) })
  }
  return streams
}

function without<Value>(map: ReadonlyMap<string, Value>, keys: readonly string[]): ReadonlyMap<string, Value> {
  if (!keys.some((key) => map.has(key))) return map
  const rest = new Map(map)
  for (const key of keys) rest.delete(key)
  return rest
}

/** Equal for states that hold the same. */
export function keyOf({ files, uploads, streams, emptied, unknown, doubtful }: State): string {
  const sorted = <Value>(entries: Iterable<readonly [string, Value]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  const named = ({ object, version }: Omit<Content, "length">) => [object, version]
  return JSON.stringify([
    sorted(files).map(([path, { content }]) => [path, ...named(content), content.length]),
    sorted(uploads).map(([path, { content, accepted, open }]) => [path, ...named(content), accepted, open]),
    sorted(streams).map(([path, { seen, offset, since }]) => [path, seen.map(named), offset, since]),
    [...emptied].sort(),
    [...unknown].sort(),
    sorted(doubtful),
  ])
}
