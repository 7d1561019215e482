import type { Content } from "../../../fixtures/content.ts"

/** A call that a client makes, as plain data: it can be sent to another process, kept and made again. */
export type Action =
  | { readonly method: "getContent" | "read" | "stat" | "list" | "walk" | "delete"; readonly path: string }
  | { readonly method: "putContent"; readonly path: string; readonly content: Content }
  /** A whole upload: a writer, so many writes, a commit. Where `resumed`, it goes on with one that was closed. */
  | {
      readonly method: "upload"
      readonly path: string
      readonly content: Content
      readonly writes: number
      /** Bytes of the content that a closed upload holds already. */
      readonly resumed?: number
    }
  | { readonly method: "move"; readonly source: string; readonly destination: string }

/** An action, and how long the client waits before it, in milliseconds; 0 is not at all. */
export type Timed = Action & { readonly wait: number }

/** Calls that a client makes one after another. */
export interface Turn {
  readonly client: number
  /** Of the first one, among all of the client's calls. */
  readonly position: number
  readonly actions: readonly Timed[]
}

/** What several clients do at once. Each makes its calls one after another, and all begin at one moment. */
export interface Workload {
  /** Files that are there before. */
  readonly files: readonly { readonly path: string; readonly content: Content }[]
  /** An upload that was closed before, for the clients to resume. */
  readonly closedUpload?: { readonly path: string; readonly content: Content }
  readonly clients: readonly (readonly Timed[])[]
  /** Directories that are looked at in the end, beside every file. */
  readonly folders: readonly string[]
}

/** The paths that an action is about. */
export function pathsOf(action: Action): readonly string[] {
  return action.method === "move" ? [action.source, action.destination] : [action.path]
}

/** Every path at which a file may come to be. */
export function filesOf({ files, clients }: Workload): readonly string[] {
  const made = clients.flat().flatMap((action) => {
    if (action.method === "move") return [action.source, action.destination]
    return action.method === "putContent" || action.method === "upload" ? [action.path] : []
  })
  return [...new Set([...files.map(({ path }) => path), ...made])].sort()
}

/** Whether the action may change what is stored. */
export function changes({ method }: Action): boolean {
  return method === "putContent" || method === "upload" || method === "delete" || method === "move"
}
