import type { RuleOutcome } from "../../suites/execution/outcome.ts"
import type { Level } from "../../suites/rule.ts"

/** What the user says of rules that are known to be broken. */
export interface KnownFailure {
  readonly rule: string
  readonly reason: string
  /** Whether the rule is kept now and then, so that passing is no news. */
  readonly sometimes: boolean
}

/** A rule as reports tell it, without the check. */
export interface ToldRule {
  readonly id: string
  readonly level: Level
  readonly statement: string
  readonly why: string
  readonly source: string
}

/** One rule with what came of it. */
export interface RuleResult extends ToldRule {
  readonly outcome: RuleOutcome
  /** The rule that was broken, where this one found that of another: its level counts. */
  readonly breaks?: ToldRule
  readonly knownFailure?: KnownFailure
  /** How to run just this rule again in the same way. */
  readonly replay: string
}

/** The level by which a rule counts: that of the one that it found broken. */
export function levelOf({ level, breaks }: Pick<RuleResult, "level" | "breaks">): Level {
  return breaks?.level ?? level
}

/**
 * - conformant: no binding rule is broken, and those that could be run were.
 * - nonconformant: a MUST or a declared capability is broken (with `--strict` a SHOULD too), or a known failure is none any more.
 * - inconclusive: the backend did not answer, time ran out, or what a MUST stands on could not be prepared.
 * - not run: no rule was chosen.
 */
export type Verdict = "conformant" | "nonconformant" | "inconclusive" | "not run"

export interface SuiteResult {
  readonly name: string
  readonly verdict: Verdict
  /** How many rules the verdict is about: those that were chosen, by `--rule` and by Vitest's shards and filters. */
  readonly chosen: number
  /** How many rules the suite has. */
  readonly total: number
  readonly rules: readonly RuleResult[]
}

/** One run of the command, as every report renders it. Holds no secret. */
export interface RunResult {
  readonly version: string
  readonly driver: { readonly name: string; readonly reference: string }
  /** What the driver ran on: "Azurite 3.37.0, embedded". */
  readonly backend: string
  readonly seed: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly milliseconds: number
  readonly strict: boolean
  readonly suites: readonly SuiteResult[]
  readonly verdict: Verdict
  /** Why the run ended before its end, where it did. */
  readonly endedEarly?: string
  /** What the reader should know beside the rules: what could not be cleaned up, what the driver printed at its end. */
  readonly notes: readonly string[]
}

/** 0 conformant, 1 nonconformant, 2 bad input, 3 inconclusive. */
export type ExitCode = 0 | 1 | 2 | 3
