import type { Content } from "../../fixtures/content.ts"
import type { Call } from "./calls.ts"
import { type Possibility, refuses, succeeds } from "./possibility.ts"
import { entriesBelow, type FileState, isBelow, parentsOf, presentAt, type State, withFile, withoutFiles } from "./state.ts"

/** What getContent, reader, putContent, stat, move and delete may come to. */

type CallOf<Method extends Call["method"]> = Extract<Call, { readonly method: Method }>

const contentRules = {
  put: "content/round-trip",
  overwrite: "content/overwrite-replaces",
  move: "move/content-arrives",
  commit: "writer/commit-publishes",
} as const

const sizeRules = { ...contentRules, put: "stat/file", overwrite: "stat/size-after-overwrite" } as const

const goneRules = { delete: "delete/file", move: "move/removes-the-source", cancel: "writer/cancel-leaves-nothing" } as const

function gives(rule: string, content: Content, offset: number, next: State): Possibility {
  const length = content.length - offset
  const what = `content ${content.object}${content.version === 0 ? "" : `, version ${content.version}`}`
  return {
    rule,
    expected: offset === 0 ? `the ${length} bytes of ${what}` : `the ${length} bytes of ${what} from offset ${offset}`,
    accepts: ({ kind, ...outcome }) =>
      kind === "bytes" && "bytes" in outcome && outcome.bytes.length === length && outcome.bytes.isPartOf(content, offset),
    next,
  }
}

/** Nothing is at the path, and the rule of whatever took it away says so; else that of the method. */
function missing(state: State, path: string, otherwise: string): Possibility {
  const by = state.gone.get(path)
  return refuses(by === undefined ? otherwise : goneRules[by], "PathNotFound", path, state)
}

export function getContent(state: State, { path }: CallOf<"getContent">): readonly Possibility[] {
  const present = presentAt(state, path)
  switch (present.kind) {
    case "file":
      return [gives(contentRules[present.file.origin], present.file.content, 0, state)]
    case "upload":
      return whileUploading(state, path, present)
    default:
      return [missing(state, path, "content/missing-is-path-not-found")]
  }
}

/** Until commit the older content, nothing, or what was accepted so far may be read; never a mixture of them. */
function whileUploading(
  state: State,
  path: string,
  { upload, before }: Extract<ReturnType<typeof presentAt>, { kind: "upload" }>,
): readonly Possibility[] {
  const rule = "writer/commit-publishes"
  const older = before === undefined ? [] : [gives(rule, before.content, 0, state)]
  const part: Possibility = {
    rule,
    expected: "no more than was accepted",
    accepts: (outcome) =>
      outcome.kind === "bytes" && outcome.bytes.length <= upload.accepted && outcome.bytes.isPartOf(upload.content, 0),
    next: state,
  }
  return [refuses(rule, "PathNotFound", path, state), ...older, part]
}

export function reader(state: State, { path, offset }: CallOf<"reader">): readonly Possibility[] {
  const present = presentAt(state, path)
  if (present.kind !== "file") return [missing(state, path, "reader/missing-is-path-not-found")]
  const rule = offset === 0 ? "reader/round-trip" : "reader/offset"
  return [gives(present.file.origin === "put" ? rule : contentRules[present.file.origin], present.file.content, offset, state)]
}

export function putContent(state: State, { path, content }: CallOf<"putContent">): readonly Possibility[] {
  const overwrites = state.files.has(path)
  const file: FileState = { content, origin: overwrites ? "overwrite" : "put" }
  return [succeeds(contentRules[file.origin], withFile(state, path, file))]
}

export function stat(state: State, { path }: CallOf<"stat">): readonly Possibility[] {
  const nothing = missing(state, path, "stat/missing-is-path-not-found")
  const directory: Possibility = {
    rule: path === "/" ? "stat/root" : "stat/directory",
    expected: `a directory at ${JSON.stringify(path)}`,
    accepts: (outcome) => outcome.kind === "info" && outcome.info.isDirectory && outcome.info.path === path,
    next: state,
  }
  const present = presentAt(state, path)
  switch (present.kind) {
    case "file":
      return [fileOf(sizeRules[present.file.origin], path, present.file.content.length, present.file.content.length, state)]
    case "directory":
      return [directory]
    case "perhaps-directory":
      return [directory, nothing]
    case "nothing":
      return [nothing]
    case "upload": {
      const rule = "writer/commit-publishes"
      const { upload, before } = present
      const older = before === undefined ? [] : [fileOf(rule, path, before.content.length, before.content.length, state)]
      return [refuses(rule, "PathNotFound", path, state), ...older, fileOf(rule, path, 0, upload.accepted, state)]
    }
  }
}

function fileOf(rule: string, path: string, least: number, most: number, next: State): Possibility {
  return {
    rule,
    expected: `a file ${JSON.stringify(path)} of ${least === most ? least : `${least} to ${most}`} bytes`,
    accepts: (outcome) =>
      outcome.kind === "info" &&
      !outcome.info.isDirectory &&
      outcome.info.path === path &&
      outcome.info.size >= least &&
      outcome.info.size <= most,
    next,
  }
}

export function move(state: State, { source, destination }: CallOf<"move">): readonly Possibility[] {
  const file = state.files.get(source)
  if (file === undefined) return [refuses("move/missing-source-is-path-not-found", "PathNotFound", source, state)]
  if (source === destination) return [succeeds("move/onto-itself-loses-nothing", state)]
  const rule = state.files.has(destination) ? "move/replaces-the-destination" : "move/content-arrives"
  const arrived = withFile(state, destination, { content: file.content, origin: "move" })
  return [succeeds(rule, withoutFiles(arrived, [source], "move"))]
}

export function deletion(state: State, { path }: CallOf<"delete">): readonly Possibility[] {
  const present = presentAt(state, path)
  const nothing = refuses("delete/missing-is-path-not-found", "PathNotFound", path, withoutEmptied(state, path))
  if (present.kind === "nothing") return [nothing]
  const { files, open } = entriesBelow(state, path)
  const removed = withoutFiles(
    state,
    [path, ...files].filter((file) => state.files.has(file)),
    "delete",
  )
  const rule = present.kind === "file" ? "delete/file" : "delete/everything-below"
  const done = succeeds(rule, withoutEmptied(leavingParents(removed, path), path))
  return present.kind === "perhaps-directory" || (open.size > 0 && files.size === 0) ? [done, nothing] : [done]
}

/** Directories above what was deleted may remain, and those below it have gone with it. */
function leavingParents(state: State, path: string): State {
  const files = [...state.files.keys()]
  const left = parentsOf(path).filter((parent) => !files.some((file) => isBelow(file, parent)))
  return { ...state, emptied: new Set([...state.emptied, ...left]) }
}

function withoutEmptied(state: State, path: string): State {
  return { ...state, emptied: new Set([...state.emptied].filter((folder) => folder !== path && !isBelow(folder, path))) }
}
