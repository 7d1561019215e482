import type { TimeLimits } from "../../execution/time-limits.ts"
import type { RecordedCall } from "../../execution/trace.ts"
import type { Recorded } from "../recording/history.ts"
import type { Turn } from "../workload/workload.ts"

/** What a process is asked that makes the calls of some clients of a workload, and what it answers: plain data. */

/** The clients of one workload that call from one process. */
export interface ClientCrew {
  /** In front of every path; no two workloads that run at once have the same. */
  readonly prefix: string
  readonly limits: TimeLimits
  readonly clients: readonly number[]
}

export interface ClientCalls {
  readonly prefix: string
  readonly turns: readonly Turn[]
  /** When to begin: milliseconds of the machine's monotonic clock. */
  readonly at: number
}

/** What came of a client's turn. */
export type PerformedTurn =
  | { readonly kind: "recorded"; readonly recorded: readonly Recorded[] }
  | { readonly kind: "hung"; readonly call: RecordedCall; readonly limit: number }
  | { readonly kind: "broken"; readonly expected: string; readonly actual: string }
