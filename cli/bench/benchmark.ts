import type { StorageDriver } from "../../drivers/contract.ts"

/** What one of several workers does again and again. */
export interface Work {
  /** Makes the next operation possible; its time is not taken. */
  readonly before?: () => Promise<void>
  readonly operation: () => Promise<void>
}

/** Where a worker works. */
export interface Place {
  readonly driver: StorageDriver
  /** The worker's own. */
  readonly folder: string
}

/** Makes ready what is measured; undefined where the driver does not offer it. */
export type Prepare = (place: Place) => Promise<Work | undefined>

/** What can be measured, alone or several at a time. */
export interface Measurement {
  /** What is called, and on what: "putContent 1 KiB". */
  readonly what: string
  /** Content bytes that one operation carries, 0 where it carries none. */
  readonly bytes: number
  /** Whether it is measured alone only. */
  readonly alone?: true
  readonly prepare: Prepare
}

/** One thing that is measured. */
export interface Benchmark extends Measurement {
  /** Unique: "putContent 1 KiB ×8" for eight at a time. */
  readonly name: string
  readonly profile: "methods" | "registry"
  /** Workers side by side. */
  readonly concurrency: number
}

/** What the user may choose of the benchmarks. */
export interface Load {
  /** Bytes that a writer or a reader carries. */
  readonly bytes: number
  /** Workers side by side, where there is more than one. */
  readonly concurrency: number
}
