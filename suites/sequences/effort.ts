import type { Command } from "./commands.ts"

/** A sequence of calls that failed once, to be run again. */
export interface RuleSequence {
  /** Id of the rule whose sequences it is one of. */
  readonly rule: string
  readonly commands: readonly Command[]
}

/** How much sequences explore, as the user says. */
export interface Effort {
  /** Sequences of each kind. */
  readonly runs?: number
  /** Milliseconds of exploring for each kind, however many sequences that gives; the one under way is ended regularly. */
  readonly milliseconds?: number
  /** Run before all others. */
  readonly saved?: readonly RuleSequence[]
  /** Whether to run nothing but those that are saved. */
  readonly replays?: boolean
}
