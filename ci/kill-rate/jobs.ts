import type { SuiteName } from "../../suites/catalogue.ts"
import type { Overlap } from "../../suites/concurrency/recording/overlap.ts"
import type { RuleOutcome } from "../../suites/execution/outcome.ts"

/** Whether clients call at once, and whether then the suite decides when, or leaves it to chance. */
export type Timing = "alone" | "decided" | "by chance"

/** What a process of the pool does at a time. A good driver runs every rule of a suite. */
export type Job =
  | { readonly kind: "good"; readonly id: string; readonly suite: SuiteName; readonly seed: number; readonly timing: Timing }
  | { readonly kind: "known-bad"; readonly id: string; readonly seed: number; readonly timing: Timing }
  /** Holds a known-bad driver against plain use, and against the suite that is in use today. */
  | { readonly kind: "comparison"; readonly id: string }

/** A job that runs rules. */
export type RuleJob = Exclude<Job, { readonly kind: "comparison" }>

/** How much is tried: as much as for a user, or in the short version. */
export type Effort = "usual" | "short"

export interface Task {
  readonly job: Job
  readonly effort: Effort
  /** Parameters of the Azurite that was started for all, where a driver needs one. */
  readonly azurite: Readonly<Record<string, unknown>> | undefined
}

/** What a process answers. */
export interface Answer {
  readonly finding: Finding
  /** Whether calls were abandoned that may go on in the process. */
  readonly abandoned: boolean
}

/** How a known-bad driver fared under one seed. Calls and milliseconds are those of the rule that caught it, shrinking included. */
export type Fate =
  | (Cost & { readonly caught: "by-its-rule"; readonly rule: string })
  | (Cost & { readonly caught: "by-another"; readonly rule: string })
  /** With what its rule said instead, or what came of the job. */
  | { readonly caught: "not-at-all"; readonly itsRule: string }

interface Cost {
  readonly calls: number
  readonly milliseconds: number
}

/** How a job came to no end: its process was lost, it took too long, or it threw, which is our own fault. */
export type Loss = "worker lost" | "timed out" | "threw"

/** A rule that a good driver did not pass, or a suite that came to no end on it. */
export interface Alarm {
  /** The rule, or the suite. */
  readonly rule: string
  readonly status: Exclude<RuleOutcome["status"], "passed" | "not-run"> | Loss
  readonly reason: string
}

type JobOf<Kind extends Job["kind"]> = Extract<Job, { readonly kind: Kind }>

export type GoodFinding = JobOf<"good"> & {
  readonly rules: number
  readonly alarms: readonly Alarm[]
  /** How much clients got into each other's way, where there were several at once. */
  readonly overlap: Overlap | undefined
  readonly milliseconds: number
}
export type KnownBadFinding = JobOf<"known-bad"> & { readonly fate: Fate }
type ComparisonFinding = JobOf<"comparison"> & { readonly comparison: Comparison | { readonly lost: string } }
export type Finding = GoodFinding | KnownBadFinding | ComparisonFinding

interface Comparison {
  /** Whether the bug shows in plain use: a call at a time, on small files of ordinary names. */
  readonly crude: boolean
  /** Names of the tests of Distribution's suite, as they are written here again, that fail. */
  readonly failed: readonly string[]
}
