import type { StorageDriverErrorCode } from "../../../drivers/contract.ts"
import type { Content } from "../../../fixtures/content.ts"
import type { Entry } from "../../specification/calls.ts"
import type { Action } from "../workload/workload.ts"

/** What came of an action, as plain data. */
export type Result =
  | { readonly kind: "done" }
  | { readonly kind: "content"; readonly content: Content }
  /** Bytes that are no content from its beginning on: the stretches of contents that they are made of, as far as they are any. */
  | { readonly kind: "foreign"; readonly stretches: readonly Stretch[]; readonly length: number }
  | { readonly kind: "info"; readonly path: string; readonly isDirectory: boolean; readonly size: number }
  | { readonly kind: "paths"; readonly paths: readonly string[] }
  | { readonly kind: "visited"; readonly entries: readonly Entry[] }
  | {
      readonly kind: "rejected"
      readonly code: StorageDriverErrorCode | undefined
      readonly path: string | undefined
      readonly message: string
    }

/** Some bytes of a content. */
export interface Stretch {
  readonly object: number
  readonly offset: number
  readonly length: number
}

/** Where a call stands in a workload. */
export interface Place {
  readonly client: number
  /** Which of the client's calls it is, from 0 on; those that look at what is there in the end come after all others. */
  readonly position: number
}

/** One action of a client, with the time of its call and of its return, as its timing tells it. */
export interface Recorded extends Place {
  readonly action: Action
  readonly called: number
  readonly returned: number
  readonly result: Result
  /** When the commit of an upload was called. */
  readonly committing?: number
}
