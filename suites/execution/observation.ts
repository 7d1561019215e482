import { Abandoned, CallFailed, CallHung, RuleBroken } from "./failures.ts"
import { limitFor, type TimeLimits, within } from "./time-limits.ts"
import type { RecordedCall, Trace } from "./trace.ts"
import type { UploadLedger } from "./upload-ledger.ts"

/** What all instances, writers and streams of one case share. */
export interface Observation {
  /** In front of every path; "" for none. */
  readonly prefix: string
  readonly trace: Trace
  readonly limits: TimeLimits
  readonly uploads: UploadLedger
  /** Told of each call before it is made, so that a call that ends the process can be named. */
  readonly onCall: (call: RecordedCall) => void
  readonly evidence: Evidence
  /** Whether the run ends early, so that no further call is to be made for the rule. */
  readonly abandoned: () => boolean
}

/** What was really looked at. A rule that counted nothing has not passed. */
export interface Evidence {
  checks: number
  calls: number
}

export interface CallDescription<Value> {
  readonly instance: number
  readonly method: string
  readonly arguments: readonly string[]
  /** Bytes that the call carries, for its time limit. */
  readonly bytes?: number
  /** Whether `make` keeps to a time limit by itself and rejects with CallHung beyond it. */
  readonly limitsItself?: boolean
  /** The outcome, rendered. Throws RuleBroken for a value that the contract has no place for. */
  readonly render: (value: Value) => string
}

/**
 * Makes one call into the driver: recorded, counted and with a time limit.
 *
 * @throws CallFailed, CallHung, or RuleBroken where the value does not fit the contract
 */
export async function observe<Value>(
  observation: Observation,
  description: CallDescription<Value>,
  make: (call: RecordedCall) => Value | Promise<Value>,
): Promise<Value> {
  if (observation.abandoned()) throw new Abandoned()
  const call = observation.trace.record({
    instance: description.instance,
    method: description.method,
    arguments: description.arguments,
  })
  observation.evidence.calls++
  observation.onCall(call)
  const limit = limitFor(observation.limits, description.bytes ?? 0)
  let atOnce = true
  try {
    const made = new Promise<Value>((resolve) => {
      const answer = make(call)
      atOnce = false
      resolve(answer)
    })
    const value = description.limitsItself === true ? await made : await within(limit, made, () => new CallHung(call, limit))
    call.outcome = description.render(value)
    return value
  } catch (reason) {
    if (reason instanceof CallHung) {
      call.outcome = `nothing within ${reason.limit} ms`
      throw reason
    }
    if (reason instanceof RuleBroken) {
      call.outcome = reason.actual
      throw reason
    }
    const failed = new CallFailed(call, reason, observation.prefix, atOnce)
    call.outcome = `rejects: ${failed.message}`
    throw failed
  }
}

/** A path with the prefix in front of it. What does not begin with "/" cannot carry one, and goes as it is. */
export function prefixed(prefix: string, path: string): string {
  if (prefix === "" || !path.startsWith("/")) return path
  return path === "/" ? prefix : prefix + path
}

/** The path as the rule knows it; one that lacks the prefix stays as it is, so that it shows. */
export function unprefixed(prefix: string, path: string): string {
  if (prefix === "") return path
  if (path === prefix) return "/"
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path
}
