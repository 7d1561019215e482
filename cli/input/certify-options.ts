import type { SuiteName } from "../../suites/catalogue.ts"
import type { TargetKind } from "../../suites/execution/opening.ts"
import type { Extent } from "../../suites/extent.ts"

/** What the user says of the storage to run on. */
export interface StorageOptions {
  /** `key=value`, each. */
  readonly parameter: readonly string[]
  /** Path of a registry's configuration. */
  readonly config?: string
  readonly target?: TargetKind | "account"
  /** Whether the container stays for the next run. */
  readonly keep: boolean
  /** Whether a run on what may cost money needs no further question. */
  readonly yes: boolean
  /** Milliseconds for a call into the driver. */
  readonly timeout: number
  /** How much is stored by rules that store much; default small. */
  readonly extent?: Extent
}

/** What the user asks of `certify`, as the command line gives it. */
export interface CertifyOptions extends StorageOptions {
  readonly suite: SuiteName
  /** Globs over rule ids; none for all. */
  readonly rule: readonly string[]
  /** 32 bits. */
  readonly seed?: number
  /** Sequences of calls of each kind. */
  readonly runs?: number
  /** Milliseconds to explore sequences of calls, all kinds of them together. */
  readonly budget?: number
  /** Path of the file of sequences that failed before; false for none. */
  readonly regressions?: string | false
  readonly json?: string
  readonly junit?: string
  /** Milliseconds for the whole run. */
  readonly deadline?: number
  /** Processes that run rules side by side. */
  readonly concurrency?: number
  /** Processes over which suite `concurrency` spreads its clients. */
  readonly processes?: number
  /** Whether suite `concurrency` decides the order in which requests reach a backend over HTTP. */
  readonly orderRequests?: boolean
  readonly strict: boolean
  /** Whether only what a run would do is to be told. */
  readonly dryRun: boolean
  /** Path of the list of rules that are known to be broken. */
  readonly knownFailures?: string
  readonly verbose: boolean
  /** Vitest's own options. */
  readonly vitest: readonly string[]
}
