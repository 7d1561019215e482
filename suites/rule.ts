import type { RuleContext } from "./execution/rule-context.ts"
import type { Need } from "./needs.ts"

/**
 * How binding a rule is, in the words of BCP 14: MUST rests on the written contract or on Distribution's own driver tests, SHOULD on
 * what every caller relies on though no text says it, MAY on a capability that the driver declares.
 */
export type Level = "MUST" | "SHOULD" | "MAY"

export const levels: readonly Level[] = ["MUST", "SHOULD", "MAY"]

/** Looks for a breach. Resolves where it found none; evidence is what it counted on the way. */
export type Check = (context: RuleContext) => Promise<void>

/** One promise of the contract, and how it is checked. */
export interface Rule {
  /** `subject/slug`, unique, and never used for anything else again. */
  readonly id: string
  readonly level: Level
  /** What a driver does, in one sentence. */
  readonly statement: string
  /** What goes wrong for a caller where the rule is broken, in one sentence. */
  readonly why: string
  /** The text or the caller that the rule rests on. */
  readonly source: string
  /** What the surroundings must offer; where they do not, the rule is not run, and the report says why. */
  readonly needs: readonly Need[]
  readonly check: Check
}

const idPattern = /^[a-z][a-z-]*\/[a-z][a-z0-9-]*$/

/** @throws Error for an id that is not `subject/slug`: rules are written by us, so this is for whoever writes one. */
export function defineRule(rule: Omit<Rule, "needs"> & { readonly needs?: readonly Need[] }): Rule {
  if (!idPattern.test(rule.id)) throw new Error(`"${rule.id}" is not a rule id: subject/slug, lower case`)
  return Object.freeze({ needs: [], ...rule })
}

export function subjectOf(rule: Pick<Rule, "id">): string {
  return rule.id.slice(0, rule.id.indexOf("/"))
}
