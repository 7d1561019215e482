import type { StorageDriverErrorCode } from "../../drivers/contract.ts"
import type { Content } from "../../fixtures/content.ts"

/**
 * A call of the contract, without a byte of content: what is written is named, so that a state of gigabytes costs nothing. Open
 * writers, and streams that are read in parts, are named by their path: there is one of each at a path at most.
 */
export type Call = (
  | { readonly method: "getContent"; readonly path: string }
  /** Opens a stream and reads it to its end. */
  | { readonly method: "reader"; readonly path: string; readonly offset: number }
  /** Opens a stream, reads so many bytes, or somewhat more, and leaves it open. */
  | { readonly method: "readStart"; readonly path: string; readonly offset: number; readonly length: number }
  /** Reads a stream that was left open to its end. */
  | { readonly method: "readRest"; readonly path: string }
  /** Destroys a stream that was left open. */
  | { readonly method: "leave"; readonly path: string }
  | { readonly method: "putContent"; readonly path: string; readonly content: Content }
  | { readonly method: "stat"; readonly path: string }
  | { readonly method: "list"; readonly path: string }
  | {
      readonly method: "walk"
      readonly path: string
      readonly startAfter?: string
      /** Directory that the visitor skips. */
      readonly skip?: string
      /** Entry at which the visitor stops. */
      readonly stopAt?: string
    }
  | { readonly method: "move"; readonly source: string; readonly destination: string }
  | { readonly method: "delete"; readonly path: string }
  /** Asks for a URL, and fetches it where one is given. */
  | { readonly method: "redirectURL"; readonly path: string }
  | {
      readonly method: "writer"
      readonly path: string
      readonly append: boolean
      /** What a new upload will hold, as far as it is written. */
      readonly content: Omit<Content, "length">
    }
  | { readonly method: "write"; readonly path: string; readonly length: number }
  | { readonly method: "close"; readonly path: string }
  /** Commits, and closes the writer behind it. */
  | { readonly method: "commit"; readonly path: string }
  | { readonly method: "cancel"; readonly path: string }
) & {
  /** When the call's signal is aborted: before it is made, or while it runs. */
  readonly abort?: "before" | "during"
}

export type CallOf<Method extends Call["method"]> = Extract<Call, { readonly method: Method }>

/** The paths that a call is about. */
export function pathsOf(call: Call): readonly string[] {
  return call.method === "move" ? [call.source, call.destination] : [call.path]
}

/** Bytes that were read, as something that can be held against a content. */
export interface ReadBytes {
  readonly length: number
  /** Whether they are the content's from `offset` on, `length` of them. */
  isPartOf(content: Omit<Content, "length">, offset: number): boolean
}

export interface Entry {
  readonly path: string
  readonly isDirectory: boolean
}

export type Outcome =
  /** It succeeded, and gives nothing. */
  | { readonly kind: "done" }
  /** Of a stream that is read in parts: all bytes since it was opened. */
  | { readonly kind: "bytes"; readonly bytes: ReadBytes }
  | { readonly kind: "info"; readonly info: Entry & { readonly size: number } }
  | { readonly kind: "paths"; readonly paths: readonly string[] }
  /** Entries in the order in which a walk reported them. */
  | { readonly kind: "visited"; readonly entries: readonly Entry[] }
  /** A call on a writer that succeeded, with the writer's size afterwards. */
  | { readonly kind: "size"; readonly size: number }
  | { readonly kind: "no-url" }
  /** A URL that was given, and not served. */
  | { readonly kind: "unserved" }
  | { readonly kind: "rejected"; readonly code: StorageDriverErrorCode | undefined; readonly path: string | undefined }
  /** It rejected with the reason of its signal. */
  | { readonly kind: "aborted" }
  /** Nobody knows: the process ended, or the answer never came. */
  | { readonly kind: "lost" }
