import { type Arbitrary, asyncProperty, check, record, stringify } from "fast-check"
import type { Content } from "../../fixtures/content.ts"
import { describeContent } from "../../fixtures/content-diagnosis.ts"
import type { ResolvedCapabilities } from "../needs.ts"
import type { Check } from "../rule.ts"
import { Abandoned, CallFailed, CallHung, describeReason, looksLikeNetworkFailure, RuleBroken, SetUpFailed } from "./failures.ts"
import type { FailingSequence } from "./outcome.ts"
import type { Case } from "./rule-context.ts"
import type { Trace } from "./trace.ts"

/** The smallest case found that fails, with what it failed by. */
export class Falsified extends Error {
  override readonly name = "Falsified"
  readonly reason: unknown
  readonly trace: ReturnType<Trace["snapshot"]>
  readonly example: readonly string[]
  /** The calls as data, and how often they fail, where the case was a sequence. */
  readonly sequence: FailingSequence | undefined

  constructor(reason: unknown, trace: ReturnType<Trace["snapshot"]>, example: readonly string[], sequence?: FailingSequence) {
    super(describeReason(reason), { cause: reason })
    this.reason = reason
    this.trace = trace
    this.example = example
    this.sequence = sequence
  }
}

type Values<Arbitraries> = {
  readonly [Name in keyof Arbitraries]: Arbitraries[Name] extends Arbitrary<infer Value> ? Value : never
}

export interface ForAllOptions {
  /** Cases at most; default 10. */
  readonly runs?: number
}

const shrinkingMilliseconds = 15_000

/**
 * A check over generated values: every case in a folder of its own, the smallest failing one reported. The arbitraries may depend on
 * the driver's capabilities.
 */
export function forAll<Arbitraries extends Record<string, Arbitrary<unknown>>>(
  arbitraries: Arbitraries | ((capabilities: ResolvedCapabilities) => Arbitraries),
  body: (given: Case & Values<Arbitraries>) => Promise<void>,
  options: ForAllOptions = {},
): Check {
  return async (context) => {
    const chosen = typeof arbitraries === "function" ? arbitraries(context.surroundings.capabilities) : arbitraries
    let smallest: Falsified | undefined
    let deadline = Number.POSITIVE_INFINITY
    const property = asyncProperty(record(chosen) as Arbitrary<Values<Arbitraries>>, async (values) => {
      // Once shrinking has used up its time every candidate counts as passing, which ends it with the smallest one so far.
      if (performance.now() > deadline) return
      try {
        await context.case((given) => body({ ...given, ...values }))
      } catch (reason) {
        if (smallest !== undefined && kindOf(reason) !== kindOf(smallest.reason)) return
        deadline = Math.min(deadline, shrinkable(reason) ? performance.now() + shrinkingMilliseconds : 0)
        smallest = new Falsified(reason, context.trace.snapshot(), describeValues(values))
        throw reason
      }
    })
    await check(property, { seed: context.seed, numRuns: options.runs ?? 10, verbose: 0 })
    if (smallest !== undefined) throw smallest
  }
}

/** A check over listed values: every one a case in a folder of its own, in their order, and the first that fails is reported. */
export function forEach<Value extends Readonly<Record<string, unknown>>>(
  values: readonly Value[] | ((capabilities: ResolvedCapabilities) => readonly Value[]),
  body: (given: Case & Value) => Promise<void>,
): Check {
  return async (context) => {
    const chosen = typeof values === "function" ? values(context.surroundings.capabilities) : values
    for (const value of chosen) {
      try {
        await context.case((given) => body({ ...given, ...value }))
      } catch (reason) {
        throw new Falsified(reason, context.trace.snapshot(), describeValues(value))
      }
    }
  }
}

/** One check after the other. */
export function inTurn(...checks: readonly Check[]): Check {
  return async (context) => {
    for (const check of checks) await check(context)
  }
}

/** A check of one case without generated values. */
export function once(body: (given: Case) => Promise<void>): Check {
  return (context) => context.case(body)
}

/** Shrinking keeps to one kind of failure, or the smallest case would show another one than was found. */
function kindOf(reason: unknown): string {
  if (reason instanceof SetUpFailed) return "set-up"
  if (reason instanceof CallFailed) return `failed ${reason.call.method.split(":").at(-1)}`
  return reason instanceof RuleBroken ? "broken" : "other"
}

/** Where time or the network decided, each further try would cost as much again and show nothing new. */
function shrinkable(thrown: unknown): boolean {
  const reason = thrown instanceof SetUpFailed ? thrown.failure : thrown
  if (reason instanceof CallHung || reason instanceof Abandoned) return false
  return !(reason instanceof CallFailed && looksLikeNetworkFailure(reason.reason))
}

function describeValues(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).map(([name, value]) => `${name}: ${describeValue(value)}`)
}

/** Contents by their names, as in the calls beside them; everything else as it would stand in code. */
function describeValue(value: unknown): string {
  if (isContent(value)) return describeContent(value)
  return Array.isArray(value) && value.some(isContent) ? value.map(describeValue).join(", ") : stringify(value)
}

function isContent(value: unknown): value is Content {
  return typeof value === "object" && value !== null && "object" in value && "version" in value && "length" in value
}
