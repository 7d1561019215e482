import type { RuleOutcome } from "../../suites/execution/outcome.ts"

/** What a process of the pool does at a time. A good driver runs every rule of a suite. */
export type Job =
  | { readonly kind: "good"; readonly id: string; readonly suite: string; readonly seed: number }
  | { readonly kind: "known-bad"; readonly id: string; readonly seed: number }
  /** Holds a known-bad driver against plain use, and against the suite that is in use today. */
  | { readonly kind: "comparison"; readonly id: string; readonly seed: number }

export interface Task {
  readonly job: Job
  /** Parameters of the Azurite that was started for all. */
  readonly azurite: Readonly<Record<string, unknown>>
}

/** How a known-bad driver fared under one seed. Calls and milliseconds are those of the rule that caught it, shrinking included. */
export type Fate =
  | (Cost & { readonly caught: "by-its-rule"; readonly rule: string })
  | (Cost & { readonly caught: "by-another"; readonly rule: string })
  /** With what its rule said instead. */
  | { readonly caught: "not-at-all"; readonly itsRule: string }

interface Cost {
  readonly calls: number
  readonly milliseconds: number
}

/** A rule that a good driver did not pass. */
export interface Alarm {
  readonly rule: string
  readonly status: Exclude<RuleOutcome["status"], "passed" | "not-run">
  readonly reason: string
}

type JobOf<Kind extends Job["kind"]> = Extract<Job, { readonly kind: Kind }>

export type GoodFinding = JobOf<"good"> & {
  readonly rules: number
  readonly alarms: readonly Alarm[]
  readonly milliseconds: number
}
export type KnownBadFinding = JobOf<"known-bad"> & { readonly fate: Fate }
export type ComparisonFinding = JobOf<"comparison"> & {
  /** Whether the bug shows in plain use: a call at a time, on small files of ordinary names. */
  readonly crude: boolean
  /** Names of the tests of Distribution's suite, as they are written here again, that fail. */
  readonly failed: readonly string[]
}
export type Finding = GoodFinding | KnownBadFinding | ComparisonFinding
