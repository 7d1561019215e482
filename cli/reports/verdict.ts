import { type ExitCode, levelOf, type RuleResult, type SuiteResult, type Verdict } from "./result.ts"
import { count } from "./text.ts"

/** Whether a rule counts for the verdict, and how: what follows from level, outcome, strictness and what is known. */
export type Standing =
  | "kept"
  /** Broken, and decides the verdict. */
  | "broken"
  /** A broken SHOULD without `--strict`. */
  | "warning"
  /** Broken, and the user said so. */
  | "known"
  /** Said to be broken, and kept: the list must be brought up to date. */
  | "stale"
  /** Nothing is known of it. */
  | "open"
  /** Not for this driver, or not for this target. */
  | "not-run"

export function standingOf(rule: RuleResult, strict: boolean): Standing {
  const { outcome, knownFailure } = rule
  switch (outcome.status) {
    case "passed":
      return knownFailure === undefined || knownFailure.sometimes ? "kept" : "stale"
    case "failed":
      if (knownFailure !== undefined) return "known"
      return levelOf(rule) === "SHOULD" && !strict ? "warning" : "broken"
    case "set-up-failed":
      return knownFailure === undefined ? "open" : "known"
    case "inconclusive":
      return "open"
    case "not-run":
      return "not-run"
  }
}

/**
 * A backend that is gone comes before everything, since then nothing that failed is certain; a breach comes before what is merely open.
 *
 * @param gone whether the backend stopped answering
 */
export function verdictOf(rules: readonly RuleResult[], strict: boolean, gone: boolean): Verdict {
  if (rules.length === 0) return "not run"
  if (gone) return "inconclusive"
  const standings = rules.map((rule) => ({ rule, standing: standingOf(rule, strict) }))
  if (standings.some(({ standing }) => standing === "broken" || standing === "stale")) return "nonconformant"
  const open = standings.some(({ rule, standing }) => standing === "open" && (levelOf(rule) !== "SHOULD" || strict))
  const kept = standings.some(({ standing }) => standing === "kept" || standing === "known" || standing === "warning")
  return open || !kept ? "inconclusive" : "conformant"
}

/** The verdict on a run of several suites: the worst of theirs. */
export function worstOf(suites: readonly SuiteResult[], gone: boolean): Verdict {
  const order: readonly Verdict[] = gone
    ? ["inconclusive", "nonconformant", "conformant", "not run"]
    : ["nonconformant", "inconclusive", "conformant", "not run"]
  return order.find((verdict) => suites.some((suite) => suite.verdict === verdict)) ?? "not run"
}

/** What part of its rules a suite's verdict is about, where that is not all of them: "3 of 97 rules". */
export function partOf({ chosen, total }: SuiteResult): string | undefined {
  return chosen === total ? undefined : `${chosen} of ${count(total, "rule")}`
}

export function exitCodeOf(verdict: Verdict): ExitCode {
  switch (verdict) {
    case "conformant":
      return 0
    case "nonconformant":
      return 1
    case "inconclusive":
    case "not run":
      return 3
  }
}
