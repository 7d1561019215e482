/**
 * One call of a sequence, as plain data: what was found can be kept in a file, read by people and run again. Contents are not named in
 * it; each write makes one of its own.
 */
export type Command = {
  /** Which instance of the driver makes the call, from 1. */
  readonly instance: number
  /** When the call's signal is aborted. */
  readonly abort?: "before" | "during"
} & (
  | {
      readonly method:
        | "getContent"
        | "stat"
        | "list"
        | "delete"
        | "redirectURL"
        | "readRest"
        | "leave"
        | "close"
        | "commit"
        | "cancel"
      readonly path: string
    }
  | { readonly method: "putContent"; readonly path: string; readonly length: number }
  | { readonly method: "write"; readonly path: string; readonly length: number }
  | { readonly method: "reader"; readonly path: string; readonly offset: number }
  | { readonly method: "readStart"; readonly path: string; readonly offset: number; readonly length: number }
  | {
      readonly method: "walk"
      readonly path: string
      readonly startAfter?: string
      readonly skip?: string
      readonly stopAt?: string
    }
  | { readonly method: "move"; readonly source: string; readonly destination: string }
  | { readonly method: "writer"; readonly path: string; readonly append: boolean }
)

/** Few names, that share beginnings and folders, repeat a folder's name inside it and stand around "/" in byte order. */
export const names = ["/a", "/b", "/a/a", "/a/b", "/ab", "/a-b", "/a.b/c", "/a/b/c", "/a/b/d", "/b/a", "/ab/c/d/e"] as const

/** The paths that a command is about. */
export function pathsOf(command: Command): readonly string[] {
  return command.method === "move" ? [command.source, command.destination] : [command.path]
}

/** What a command does at a path, for telling which follow each other there. */
export const labels = [
  "getContent",
  "reader",
  "readStart",
  "readRest",
  "leave",
  "stat",
  "list",
  "walk",
  "redirectURL",
  "putContent",
  "move from",
  "move to",
  "delete",
  "writer",
  "append",
  "write",
  "close",
  "commit",
  "cancel",
] as const

export type Label = (typeof labels)[number]

/** What the command does at each of its paths. */
export function labelsOf(command: Command): readonly (readonly [path: string, label: Label])[] {
  switch (command.method) {
    case "move":
      return [
        [command.source, "move from"],
        [command.destination, "move to"],
      ]
    case "writer":
      return [[command.path, command.append ? "append" : "writer"]]
    default:
      return [[command.path, command.method]]
  }
}
