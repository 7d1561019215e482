import { z } from "zod"
import { levels } from "../../suites/rule.ts"
import type { RunResult } from "./result.ts"
import { standingOf } from "./verdict.ts"

const call = z.object({ instance: z.number(), method: z.string(), arguments: z.array(z.string()), outcome: z.string() })
const failure = z.object({
  expected: z.string(),
  actual: z.string(),
  /** Id of the rule that was broken, where it is another one than the one that was run. */
  brokenRule: z.string().optional(),
  /** Where the case was a sequence of calls: these as data, and how often it failed when it was run again. */
  sequence: z
    .object({
      commands: z.array(z.looseObject({ method: z.string(), instance: z.number() })),
      repeats: z.number(),
      failed: z.number(),
      /** How many calls it had when it was found, and the milliseconds that making it smaller took. */
      shrunk: z.object({ from: z.number(), milliseconds: z.number() }),
    })
    .optional(),
  /** The calls side by side, where several clients made them at once; times in the unit, since the first call. */
  timeline: z
    .object({
      unit: z.enum(["ms", "steps"]),
      before: z.string(),
      calls: z.array(
        z.object({
          client: z.number(),
          text: z.string(),
          outcome: z.string(),
          from: z.number(),
          to: z.number(),
          beside: z.boolean(),
        }),
      ),
      /** How far the calls can be put into an order that the contract allows; `call` is an index. */
      order: z.array(z.object({ call: z.number(), part: z.string().optional(), state: z.string() })),
      /** Index of the call that has no place there. */
      stuck: z.number().optional(),
    })
    .optional(),
  calls: z.array(call),
  totalCalls: z.number(),
  example: z.array(z.string()),
  doubt: z.enum(["hung", "network"]).optional(),
})
const covered = z.object({ group: z.string(), tried: z.number(), of: z.number(), missed: z.array(z.string()) })
const explored = z.object({ sequences: z.number(), calls: z.number(), coverage: z.array(covered) })
const counted = {
  ruleId: z.string(),
  checks: z.number(),
  calls: z.number(),
  milliseconds: z.number(),
  measured: z.array(z.string()).optional(),
  explored: explored.optional(),
  /** How much several clients at once got into each other's way: pairs of calls on one path, and how many calls at a moment. */
  overlap: z.object({ calls: z.number(), conflicting: z.number(), overlapping: z.number(), atOnce: z.number() }).optional(),
}
const outcome = z.discriminatedUnion("status", [
  z.object({ ...counted, status: z.literal("passed") }),
  z.object({ ...counted, status: z.literal("failed"), failure }),
  z.object({ ...counted, status: z.literal("set-up-failed"), failure }),
  z.object({
    ...counted,
    status: z.literal("inconclusive"),
    because: z.enum(["backend-gone", "target-full", "stopped", "no-evidence", "suite-defect"]),
    reason: z.string(),
    failure: failure.optional(),
  }),
  z.object({ ...counted, status: z.literal("not-run"), reason: z.string() }),
])
const verdict = z.enum(["conformant", "nonconformant", "inconclusive", "not run"])
const told = { id: z.string(), level: z.enum(levels), statement: z.string(), why: z.string(), source: z.string() }
const rule = z.object({
  ...told,
  /** The rule that was broken, where this one found that of another. */
  breaks: z.object(told).optional(),
  standing: z.enum(["kept", "broken", "warning", "known", "stale", "open", "not-run"]),
  outcome,
  knownFailure: z.object({ rule: z.string(), reason: z.string(), sometimes: z.boolean() }).optional(),
  replay: z.string(),
})

/** What `--json` writes. A change that breaks a reader gets a new `schemaVersion`. */
export const jsonReport = z.object({
  schemaVersion: z.literal(1),
  version: z.string(),
  driver: z.object({ name: z.string(), reference: z.string() }),
  backend: z.string(),
  seed: z.number(),
  startedAt: z.iso.datetime(),
  milliseconds: z.number(),
  strict: z.boolean(),
  verdict,
  endedEarly: z.string().optional(),
  notes: z.array(z.string()),
  suites: z.array(
    z.object({
      name: z.string(),
      verdict,
      /** How many rules the verdict is about. */
      chosen: z.number(),
      /** How many rules the suite has. */
      total: z.number(),
      rules: z.array(rule),
    }),
  ),
})

export function renderJson(result: RunResult): string {
  const suites = result.suites.map((suite) => ({
    ...suite,
    rules: suite.rules.map((each) => ({ ...each, standing: standingOf(each, result.strict) })),
  }))
  return `${JSON.stringify({ schemaVersion: 1, ...result, suites }, null, 2)}\n`
}
