import { type Call, pathsOf } from "./calls.ts"
import { isBelow, parentsOf } from "./paths.ts"
import { presentAt, type State } from "./state.ts"

/** A call of which the contract does not say what comes of it, in some states. */
export interface Undefined {
  readonly what: string
  readonly source: string
  readonly applies: (state: State, call: Call) => boolean
  /**
   * Of which paths nothing is known once it was made; none where it changes nothing. Without it the call is not made: what it leaves
   * could not be told from a fault.
   */
  readonly leavesUnknown?: (call: Call) => readonly string[]
}

const changesNothing = (): readonly string[] => []

const isDirectory = (state: State, path: string): boolean => {
  const { kind } = presentAt(state, path)
  return path === "/" || kind === "directory" || kind === "perhaps-directory"
}

const isFileOrMayBe = (state: State, path: string): boolean =>
  state.files.has(path) || state.uploads.has(path) || state.unknown.has(path)

const isBelowAFile = (state: State, path: string): boolean => parentsOf(path).some((parent) => isFileOrMayBe(state, parent))

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

const reads: ReadonlySet<Call["method"]> = new Set(["getContent", "reader", "readStart", "redirectURL"])
const ofAWriter: ReadonlySet<Call["method"]> = new Set(["write", "close", "commit", "cancel"])
const ofAStream: ReadonlySet<Call["method"]> = new Set(["readRest", "leave"])

/** All that the contract leaves undefined; the first that applies is taken. */
const undefinedCalls: readonly Undefined[] = [
  {
    what: "a file where a directory is, or below a file",
    source: "storagedriver.go, PutContent, says nothing; object stores take it, filesystems do not",
    applies: (state, call) => made(call).some((path) => isDirectory(state, path) || isBelowAFile(state, path)),
  },
  {
    what: "a writer's calls where none is open",
    source: "storagedriver.go, FileWriter: after close, commit or cancel nothing is promised but close and size",
    applies: (state, call) =>
      ofAWriter.has(call.method) && pathsOf(call).some((path) => !hasWriter(state, path) && !state.unknown.has(path)),
  },
  {
    what: "reading on where no stream was left open, and more than one such stream of a path",
    source: "a sequence names streams by their path",
    applies: (state, call) =>
      (ofAStream.has(call.method) && pathsOf(call).some((path) => !state.streams.has(path))) ||
      (call.method === "readStart" && state.streams.has(call.path)),
  },
  {
    what: "reading a directory",
    source: "storagedriver.go, GetContent and Reader, say nothing of directories",
    applies: (state, call) => reads.has(call.method) && pathsOf(call).some((path) => isDirectory(state, path)),
    leavesUnknown: changesNothing,
  },
  {
    what: "a stream of what is being uploaded",
    source: "storagedriver.go, FileWriter.Commit: whether it shows before is left to the driver",
    applies: (state, call) =>
      (call.method === "reader" || call.method === "readStart" || call.method === "redirectURL") && state.uploads.has(call.path),
    leavesUnknown: changesNothing,
  },
  {
    what: "a stream from beyond the end that is read in parts",
    source: "testsuites.go, TestReaderWithOffset, takes both an empty stream and InvalidOffsetError",
    applies: (state, call) =>
      call.method === "readStart" && call.offset > (state.files.get(call.path)?.content.length ?? call.offset),
  },
  {
    what: "listing or walking a file",
    source: "storagedriver.go, List; drivers give [], the file itself or an error",
    applies: (state, call) =>
      (call.method === "list" || call.method === "walk") && (state.files.has(call.path) || state.uploads.has(call.path)),
    leavesUnknown: changesNothing,
  },
  {
    what: "moving a directory, or below the source itself",
    source: "storagedriver.go, Move: of a file; some drivers move directories, some refuse",
    applies: (state, call) =>
      call.method === "move" && (isDirectory(state, call.source) || isBelow(call.destination, call.source)),
  },
  {
    what: "looking below a file",
    source: "storagedriver.go, Stat; a filesystem gives ENOTDIR where an object store finds nothing",
    applies: (state, call) => call.method !== "move" && !ofAStream.has(call.method) && isBelowAFile(state, call.path),
    leavesUnknown: changesNothing,
  },
  {
    what: "deleting a directory with an upload under way below it",
    source: "storagedriver.go, Writer: says nothing of other calls at its path",
    applies: (state, call) => call.method === "delete" && [...state.uploads.keys()].some((upload) => isBelow(upload, call.path)),
  },
  {
    what: "writing, moving or deleting where an upload is under way",
    source: "storagedriver.go, Writer: says nothing of other calls at its path",
    applies: (state, call) => changed(call).some((path) => state.uploads.has(path)),
    leavesUnknown: changed,
  },
  {
    what: "two open writers at one path",
    source: "storagedriver.go, Writer",
    applies: (state, call) => call.method === "writer" && state.uploads.get(call.path)?.open === true,
    leavesUnknown: pathsOf,
  },
  {
    what: "append to nothing, or to committed bytes",
    source: "storagedriver.go, Writer; testsuites.go appends to a closed upload and to an empty file",
    applies: (state, call) =>
      call.method === "writer" &&
      call.append &&
      !state.uploads.has(call.path) &&
      !state.unknown.has(call.path) &&
      state.files.get(call.path)?.content.length !== 0,
    leavesUnknown: pathsOf,
  },
  {
    what: "deleting the root",
    source: "storagedriver.go, PathRegexp, which the root does not match",
    applies: (_state, call) => call.method === "delete" && call.path === "/",
  },
]

function hasWriter(state: State, path: string): boolean {
  return state.uploads.get(path)?.open === true
}

/** Why the contract says nothing of the call, or undefined where it does. */
export function whyUndefined(state: State, call: Call): Undefined | undefined {
  return undefinedCalls.find(({ applies }) => applies(state, call))
}
