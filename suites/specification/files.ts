import type { CallOf, Outcome } from "./calls.ts"
import { isBelow } from "./paths.ts"
import { anything, gives, otherwise, type Possibility, refuses, refusesNaming, succeeds } from "./possibility.ts"
import {
  entriesBelow,
  type FileState,
  type Present,
  presentAt,
  type State,
  withDoubt,
  withFile,
  withoutFiles,
  withUnknown,
} from "./state.ts"

/** What getContent, reader, putContent, stat, move, delete and redirectURL may come to. */

export const contentRules = {
  put: "content/round-trip",
  overwrite: "content/overwrite-replaces",
  move: "move/content-arrives",
  commit: "writer/commit-publishes",
} as const

const sizeRules = { ...contentRules, put: "stat/file", overwrite: "stat/size-after-overwrite" } as const

const goneRules = { delete: "delete/file", move: "move/removes-the-source", cancel: "writer/cancel-leaves-nothing" } as const

/** Nothing is at the path, and the rule of whatever took it away says so; else that of the method. */
export function missing(state: State, path: string, otherwise: string): Possibility {
  const by = state.gone.get(path)
  return refuses(by === undefined ? otherwise : goneRules[by], "PathNotFound", path, state)
}

export function getContent(state: State, { path }: CallOf<"getContent">): readonly Possibility[] {
  const present = presentAt(state, path)
  switch (present.kind) {
    case "unknown":
      return [anything(state)]
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
  { upload, before }: Extract<Present, { kind: "upload" }>,
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
  if (present.kind === "unknown") return [anything(state)]
  if (present.kind !== "file") return [missing(state, path, "reader/missing-is-path-not-found")]
  const { content, origin } = present.file
  if (offset > content.length) return beyondTheEnd(state, path)
  const rule = offset === 0 ? "reader/round-trip" : "reader/offset"
  return [gives(origin === "put" ? rule : contentRules[origin], content, offset, state)]
}

function beyondTheEnd(state: State, path: string): readonly Possibility[] {
  const rule = "reader/offset"
  const empty: Possibility = {
    rule,
    expected: "no bytes",
    accepts: (outcome) => outcome.kind === "bytes" && outcome.bytes.length === 0,
    next: state,
  }
  const refused = refuses(rule, "InvalidOffset", path, state)
  return [empty, refused, otherwise("reader/beyond-the-end", "no bytes, or InvalidOffsetError", state)]
}

export function putContent(state: State, { path, content }: CallOf<"putContent">): readonly Possibility[] {
  if (state.unknown.has(path)) return [anything(state)]
  const file: FileState = { content, origin: state.files.has(path) ? "overwrite" : "put" }
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
    case "unknown":
      return [anything(state)]
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
  const unknown = [source, destination].filter((path) => state.unknown.has(path))
  if (unknown.length > 0) return [anything(withUnknown(state, [source, destination]))]
  if (source === destination) return ontoItself(state, source)
  const file = state.files.get(source)
  if (file === undefined) return ofNothing(state, source)
  const rule = state.files.has(destination) ? "move/replaces-the-destination" : "move/content-arrives"
  const arrived = withFile(state, destination, { content: file.content, origin: "move" })
  return [succeeds(rule, withoutFiles(arrived, [source], "move"))]
}

function ofNothing(state: State, source: string): readonly Possibility[] {
  return refusesNaming("move/missing-source-is-path-not-found", "move/missing-source-is-named", "PathNotFound", source, state)
}

/** Whether it is rejected is open; that the file stays as it is, is a SHOULD. */
function ontoItself(state: State, path: string): readonly Possibility[] {
  const rule = "move/onto-itself-loses-nothing"
  if (!state.files.has(path)) return ofNothing(state, path)
  const accepts = ({ kind }: Outcome): boolean => kind === "done" || kind === "rejected"
  const next = withDoubt(state, [path], rule)
  return [{ rule: "move/content-arrives", expected: "success or an error", accepts, next }]
}

export function deletion(state: State, { path }: CallOf<"delete">): readonly Possibility[] {
  const present = presentAt(state, path)
  if (present.kind === "unknown") return [anything(state)]
  const nothing = refuses("delete/missing-is-path-not-found", "PathNotFound", path, withoutEmptied(state, path))
  if (present.kind === "nothing") return [nothing]
  const { files, open } = entriesBelow(state, path)
  const removed = withoutFiles(
    state,
    [path, ...files].filter((file) => state.files.has(file)),
    "delete",
  )
  const rule = present.kind === "file" ? "delete/file" : "delete/everything-below"
  const done = succeeds(rule, withoutEmptied(removed, path))
  return present.kind === "perhaps-directory" || (open.size > 0 && files.size === 0) ? [done, nothing] : [done]
}

/** Directories below what was deleted have gone with it. */
function withoutEmptied(state: State, path: string): State {
  const remains = (folder: string): boolean => folder !== path && !isBelow(folder, path)
  return { ...state, emptied: new Set([...state.emptied].filter(remains)) }
}

/** What a URL serves is promised where the driver declares that it gives any, and for a file. */
export function redirectURL(state: State, { path }: CallOf<"redirectURL">): readonly Possibility[] {
  const none = (rule: string): Possibility => ({
    rule,
    expected: "no URL",
    accepts: ({ kind }) => kind === "no-url",
    next: state,
  })
  if (!state.declared.redirectURL) return [none("redirect-url/none-unless-declared")]
  const present = presentAt(state, path)
  if (present.kind !== "file") return [anything(state)]
  return [gives("redirect-url/get-gives-the-content", present.file.content, 0, state)]
}
