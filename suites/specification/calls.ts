import type { StorageDriverErrorCode } from "../../drivers/contract.ts"
import type { Content } from "../../fixtures/content.ts"

/**
 * A call of the contract, and what came of it, without a byte of content: what is written is named, so that a state of gigabytes costs
 * nothing. A writer is named by its path, since two open ones at one path are undefined.
 */
export type Call =
  | { readonly method: "getContent"; readonly path: string }
  | { readonly method: "reader"; readonly path: string; readonly offset: number }
  | { readonly method: "putContent"; readonly path: string; readonly content: Content }
  | { readonly method: "stat"; readonly path: string }
  | { readonly method: "list"; readonly path: string }
  | {
      readonly method: "walk"
      readonly path: string
      readonly startAfter?: string
      /** Directory that the visitor skips. */
      readonly skip?: string
    }
  | { readonly method: "move"; readonly source: string; readonly destination: string }
  | { readonly method: "delete"; readonly path: string }
  | {
      readonly method: "writer"
      readonly path: string
      readonly append: boolean
      /** What a new upload will hold, as far as it is written. */
      readonly content: Omit<Content, "length">
    }
  | { readonly method: "write"; readonly path: string; readonly length: number }
  | { readonly method: "close"; readonly path: string }
  | { readonly method: "commit"; readonly path: string }
  | { readonly method: "cancel"; readonly path: string }

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
  | { readonly kind: "bytes"; readonly bytes: ReadBytes }
  | { readonly kind: "info"; readonly info: Entry & { readonly size: number } }
  | { readonly kind: "paths"; readonly paths: readonly string[] }
  /** Entries in the order in which a walk reported them. */
  | { readonly kind: "visited"; readonly entries: readonly Entry[] }
  /** A call on a writer that succeeded, with the writer's size afterwards. */
  | { readonly kind: "size"; readonly size: number }
  | { readonly kind: "rejected"; readonly code: StorageDriverErrorCode | undefined; readonly path: string | undefined }
  /** Nobody knows: the process ended, or the answer never came. */
  | { readonly kind: "lost" }
