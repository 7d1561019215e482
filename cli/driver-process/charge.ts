import type { Failure, RuleOutcome } from "../../suites/execution/outcome.ts"

/** A failure that no single call shows: the process ended, or an error reached nobody. */
export function failureWithoutCall(expected: string, actual: string): Failure {
  return { expected, actual, calls: [], totalCalls: 0, example: [], doubt: undefined }
}

/** A driver that leaves a rejection unhandled ends the process that uses it: no rule passes while it does. */
export function chargeStray(outcome: RuleOutcome, message: string): RuleOutcome {
  if (outcome.status === "failed") return outcome
  const { ruleId, checks, calls, milliseconds } = outcome
  const failure = failureWithoutCall("every error to reach the caller", `an error that nobody could handle: ${message}`)
  return { ruleId, checks, calls, milliseconds, status: "failed", failure }
}
