import type { Timeline } from "../concurrency/explaining/timeline.ts"
import type { Overlap } from "../concurrency/recording/overlap.ts"
import type { Command } from "../sequences/commands.ts"
import type { Explored } from "../sequences/coverage.ts"
import type { RecordedCall } from "./trace.ts"

/** A sequence of calls that fails. */
export interface FailingSequence {
  readonly commands: readonly Command[]
  /** How often it was run again. */
  readonly repeats: number
  /** How often it failed again in the same way. */
  readonly failed: number
  /** How many calls it had when it was found, and the milliseconds that making it smaller took. */
  readonly shrunk: { readonly from: number; readonly milliseconds: number }
}

/** What a broken rule, or a set-up that failed, looks like. */
export interface Failure {
  /** What the rule asks for at the call that diverged. */
  readonly expected: string
  /** What came instead. */
  readonly actual: string
  /** Id of the rule that was broken, where it is another one than the one that was run. */
  readonly brokenRule?: string
  /** The calls of the smallest case that fails, the last of them the one that diverged; of more than 400 the first 200 and the last. */
  readonly calls: readonly RecordedCall[]
  /** How many calls the case made in all. */
  readonly totalCalls: number
  /** The case in words, where it was generated: one line a value. */
  readonly example: readonly string[]
  /** Where the case was a sequence of calls that can be run again. */
  readonly sequence?: FailingSequence
  /** The calls side by side, where several clients made them at once. */
  readonly timeline?: Timeline
  /** What makes it doubtful that the driver is at fault, until the backend has been asked. */
  readonly doubt: "hung" | "network" | undefined
}

interface Counted {
  readonly ruleId: string
  readonly checks: number
  /** Calls into the driver. */
  readonly calls: number
  readonly milliseconds: number
  /** What sequences of calls went through, where the rule runs some. */
  readonly explored?: Explored
  /** What the rule measured, a sentence each. */
  readonly measured?: readonly string[]
  /** How much the clients got into each other's way, where there were several at once. */
  readonly overlap?: Overlap
}

/**
 * Why nothing is known of a rule: the backend did not answer or took no more, the run ended before the rule did, the rule found nothing to check, or
 * it failed by itself, which is our fault and no driver's.
 */
type Doubt = "backend-gone" | "target-full" | "stopped" | "no-evidence" | "suite-defect"

/** What came of one rule. */
export type RuleOutcome =
  | (Counted & { readonly status: "passed" })
  | (Counted & { readonly status: "failed"; readonly failure: Failure })
  /** Nothing is known of the rule, for what it stands on could not be prepared. */
  | (Counted & { readonly status: "set-up-failed"; readonly failure: Failure })
  | (Counted & { readonly status: "inconclusive"; readonly because: Doubt; readonly reason: string; readonly failure?: Failure })
  /** Not for this driver, or not for this target. */
  | (Counted & { readonly status: "not-run"; readonly reason: string })
