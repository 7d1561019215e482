import type { Call } from "./calls.ts"
import { isBelow, parentsOf, presentAt, type State } from "./state.ts"

/** A call of which the contract does not say what comes of it, in some states. */
export interface Undefined {
  readonly what: string
  readonly source: string
  readonly applies: (state: State, call: Call) => boolean
}

const isDirectory = (state: State, path: string): boolean => {
  const { kind } = presentAt(state, path)
  return path === "/" || kind === "directory" || kind === "perhaps-directory"
}

const isBelowAFile = (state: State, path: string): boolean =>
  parentsOf(path).some((parent) => state.files.has(parent) || state.uploads.has(parent))

/** Paths at which a call makes a file. */
function made(call: Call): readonly string[] {
  if (call.method === "putContent" || call.method === "writer") return [call.path]
  return call.method === "move" ? [call.destination] : []
}

/** Paths that a call changes or removes otherwise than as its writer. */
function changed(call: Call): readonly string[] {
  if (call.method === "putContent" || call.method === "delete") return [call.path]
  return call.method === "move" ? [call.source, call.destination] : []
}

/** All that the contract leaves undefined. No such call is made, and none is judged. */
const undefinedCalls: readonly Undefined[] = [
  {
    what: "a file where a directory is, or below a file",
    source: "storagedriver.go, PutContent, says nothing; object stores take it, filesystems do not",
    applies: (state, call) => made(call).some((path) => isDirectory(state, path) || isBelowAFile(state, path)),
  },
  {
    what: "reading a directory",
    source: "storagedriver.go, GetContent and Reader, say nothing of directories",
    applies: (state, call) => (call.method === "getContent" || call.method === "reader") && isDirectory(state, call.path),
  },
  {
    what: "reading, listing or walking at or below a path with an upload under way",
    source: "storagedriver.go, FileWriter.Commit: whether it shows before is left to the driver",
    applies: (state, call) => call.method === "reader" && state.uploads.has(call.path),
  },
  {
    what: "listing or walking a file",
    source: "storagedriver.go, List; drivers give [], the file itself or an error",
    applies: (state, call) =>
      (call.method === "list" || call.method === "walk") && (state.files.has(call.path) || state.uploads.has(call.path)),
  },
  {
    what: "looking below a file",
    source: "storagedriver.go, Stat; a filesystem gives ENOTDIR where an object store finds nothing",
    applies: (state, call) => "path" in call && isBelowAFile(state, call.path),
  },
  {
    what: "an offset beyond the end",
    source: "testsuites.go, TestReaderWithOffset, takes both an empty stream and InvalidOffsetError",
    applies: (state, call) =>
      call.method === "reader" && call.offset > (state.files.get(call.path)?.content.length ?? call.offset),
  },
  {
    what: "moving a directory, or below the source itself",
    source: "storagedriver.go, Move: of a file; some drivers move directories, some refuse",
    applies: (state, call) =>
      call.method === "move" &&
      (isDirectory(state, call.source) || isBelow(call.destination, call.source) || isBelowAFile(state, call.source)),
  },
  {
    what: "writing, moving or deleting where an upload is under way",
    source: "storagedriver.go, Writer: says nothing of other calls at its path",
    applies: (state, call) =>
      changed(call).some((path) => [...state.uploads.keys()].some((upload) => upload === path || isBelow(upload, path))),
  },
  {
    what: "two open writers at one path",
    source: "storagedriver.go, Writer",
    applies: (state, call) => call.method === "writer" && state.uploads.get(call.path)?.open === true,
  },
  {
    what: "append to nothing, or to committed bytes",
    source: "storagedriver.go, Writer; testsuites.go appends to a closed upload and to an empty file",
    applies: (state, call) =>
      call.method === "writer" &&
      call.append &&
      !state.uploads.has(call.path) &&
      state.files.get(call.path)?.content.length !== 0,
  },
  {
    what: "deleting the root",
    source: "storagedriver.go, PathRegexp, which the root does not match",
    applies: (_state, call) => call.method === "delete" && call.path === "/",
  },
  {
    what: "a writer's calls where none is open",
    source: "storagedriver.go, FileWriter: after close, commit or cancel nothing is promised but close and size",
    applies: (state, call) => onWriter(call) && state.uploads.get(call.path)?.open !== true,
  },
]

function onWriter(call: Call): call is Extract<Call, { method: "write" | "close" | "commit" | "cancel" }> {
  return ["write", "close", "commit", "cancel"].includes(call.method)
}

/** Why the contract says nothing of the call, or undefined where it does. */
export function whyUndefined(state: State, call: Call): Undefined | undefined {
  return undefinedCalls.find(({ applies }) => applies(state, call))
}
