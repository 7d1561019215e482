/**
 * One call of a sequence, as plain data: what was found can be kept in a file, read by people and run again. Contents are not named in
 * it; each write makes one of its own.
 */
export type Command = { readonly instance: number } & (
  | {
      readonly method: "getContent" | "stat" | "list" | "delete" | "close" | "commit" | "cancel"
      readonly path: string
    }
  | { readonly method: "putContent" | "write"; readonly path: string; readonly length: number }
  | { readonly method: "reader"; readonly path: string; readonly offset: number }
  | { readonly method: "walk"; readonly path: string; readonly startAfter?: string; readonly skip?: string }
  | { readonly method: "move"; readonly source: string; readonly destination: string }
  | { readonly method: "writer"; readonly path: string; readonly append: boolean }
)

export type Method = Command["method"]

/** Few names, that share beginnings and folders, repeat a folder's name inside it and stand around "/" in byte order. */
export const names = ["/a", "/b", "/a/a", "/a/b", "/ab", "/a-b", "/a.b/c", "/a/b/c", "/a/b/d", "/b/a", "/ab/c/d/e"] as const

/** Directories that these imply, the root included. */
export const directories = ["/", "/a", "/a/b", "/a.b", "/ab", "/ab/c", "/ab/c/d", "/b"] as const

/** The paths that a command is about. */
export function pathsOf(command: Command): readonly string[] {
  return command.method === "move" ? [command.source, command.destination] : [command.path]
}
