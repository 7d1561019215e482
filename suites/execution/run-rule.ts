import { OutOfOrder } from "../concurrency/explaining/out-of-order.ts"
import type { Rule } from "../rule.ts"
import {
  Abandoned,
  CallFailed,
  CallHung,
  looksLikeNetworkFailure,
  NotForThis,
  RuleBroken,
  SeenTooLittle,
  SetUpFailed,
  saysFull,
} from "./failures.ts"
import { Falsified } from "./for-all.ts"
import type { Failure, RuleOutcome } from "./outcome.ts"
import { type Execution, RuleContext } from "./rule-context.ts"
import type { RecordedCall } from "./trace.ts"

/** Runs one rule to its outcome. Never rejects: what is no fault of the driver is told in the outcome too. */
export async function runRule(rule: Rule, execution: Execution): Promise<RuleOutcome> {
  const context = new RuleContext(rule.id, execution)
  const unmet = rule.needs.map((need) => need.unmet(context.surroundings)).find((reason) => reason !== undefined)
  if (unmet !== undefined) return { ruleId: rule.id, checks: 0, calls: 0, milliseconds: 0, status: "not-run", reason: unmet }
  const started = performance.now()
  const counted = () => ({
    ruleId: rule.id,
    checks: context.evidence.checks,
    calls: context.evidence.calls,
    milliseconds: Math.round(performance.now() - started),
    ...(context.explored === undefined ? {} : { explored: context.explored }),
    ...(context.measured.length === 0 ? {} : { measured: context.measured }),
    ...(context.overlap.calls === 0 ? {} : { overlap: context.overlap }),
  })
  try {
    await rule.check(context)
  } catch (thrown) {
    const falsified = thrown instanceof Falsified ? thrown : new Falsified(thrown, context.trace.snapshot(), [])
    return judge(counted(), falsified)
  }
  if (context.evidence.checks > 0) return { ...counted(), status: "passed" }
  return { ...counted(), status: "inconclusive", because: "no-evidence", reason: "the rule checked nothing" }
}

function judge(
  counted: Pick<RuleOutcome, "ruleId" | "checks" | "calls" | "milliseconds" | "explored" | "measured" | "overlap">,
  falsified: Falsified,
): RuleOutcome {
  const { reason } = falsified
  const failed = reason instanceof SetUpFailed ? reason.failure : reason
  if (failed instanceof CallFailed && saysFull(failed.reason))
    return { ...counted, status: "inconclusive", because: "target-full", reason: `the target is full: ${failed.message}` }
  if (reason instanceof NotForThis) return { ...counted, status: "not-run", reason: reason.message }
  if (reason instanceof SetUpFailed) {
    return { ...counted, status: "set-up-failed", failure: failureOf(falsified, reason.failure) }
  }
  if (reason instanceof RuleBroken || reason instanceof CallFailed || reason instanceof CallHung) {
    return { ...counted, status: "failed", failure: failureOf(falsified, reason) }
  }
  if (reason instanceof Abandoned) return { ...counted, status: "inconclusive", because: "stopped", reason: reason.message }
  if (reason instanceof SeenTooLittle)
    return { ...counted, status: "inconclusive", because: "no-evidence", reason: reason.message }
  const details = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)
  return {
    ...counted,
    status: "inconclusive",
    because: "suite-defect",
    reason: `a defect of the suite, please report it: ${details}`,
  }
}

function failureOf(falsified: Falsified, reason: RuleBroken | CallFailed | CallHung): Failure {
  const { calls, total } = falsified.trace
  return {
    ...expectation(reason),
    calls: upTo(calls, reason),
    totalCalls: total,
    example: falsified.example,
    ...(falsified.sequence === undefined ? {} : { sequence: falsified.sequence }),
    ...(reason instanceof OutOfOrder ? { timeline: reason.timeline } : {}),
    doubt: doubtOf(reason),
  }
}

function expectation(reason: RuleBroken | CallFailed | CallHung): Pick<Failure, "expected" | "actual" | "brokenRule"> {
  if (reason instanceof RuleBroken) {
    const { expected, actual, rule } = reason
    return rule === undefined ? { expected, actual } : { expected, actual, brokenRule: rule }
  }
  if (reason instanceof CallHung)
    return { expected: `${reason.call.method} to settle`, actual: `nothing within ${reason.limit} ms` }
  return { expected: `${reason.call.method} to succeed`, actual: reason.message }
}

function upTo(calls: readonly RecordedCall[], reason: RuleBroken | CallFailed | CallHung): readonly RecordedCall[] {
  if (reason instanceof RuleBroken) return calls
  const last = calls.findLastIndex((call) => call.method === reason.call.method && call.outcome === reason.call.outcome)
  return last === -1 ? calls : calls.slice(0, last + 1)
}

function doubtOf(reason: RuleBroken | CallFailed | CallHung): Failure["doubt"] {
  if (reason instanceof CallHung) return "hung"
  return reason instanceof CallFailed && looksLikeNetworkFailure(reason.reason) ? "network" : undefined
}
