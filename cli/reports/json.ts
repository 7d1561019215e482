import { z } from "zod"
import { levels } from "../../suites/rule.ts"
import type { RunResult } from "./result.ts"
import { standingOf } from "./verdict.ts"

const call = z
  .object({
    instance: z.number().describe("Which instance of the driver was called, counted from 1."),
    method: z.string(),
    arguments: z.array(z.string()),
    outcome: z.string(),
  })
  .meta({ id: "Call" })
const timeline = z
  .object({
    unit: z.enum(["ms", "steps"]),
    before: z.string().describe("What was stored when the calls began."),
    calls: z.array(
      z.object({
        client: z.number(),
        text: z.string(),
        outcome: z.string(),
        from: z.number(),
        to: z.number(),
        beside: z.boolean().describe("Whether the disorder is there without this call."),
      }),
    ),
    order: z
      .array(z.object({ call: z.number(), part: z.string().optional(), state: z.string() }))
      .describe("How far the calls can be put into an order that the contract allows; call is an index."),
    stuck: z.number().optional().describe("Index of the call that has no place in such an order."),
  })
  .meta({ id: "Timeline" })
const sequence = z
  .object({
    commands: z.array(z.looseObject({ method: z.string(), instance: z.number() })),
    repeats: z.number().describe("How often it was run again."),
    failed: z.number().describe("How often it failed then."),
    shrunk: z
      .object({ from: z.number(), milliseconds: z.number() })
      .describe("How many calls it had when it was found, and how long making it smaller took."),
  })
  .meta({ id: "Sequence" })
const failure = z
  .object({
    expected: z.string(),
    actual: z.string(),
    brokenRule: z
      .string()
      .optional()
      .describe("Id of the rule that was broken, where it is another one than the one that was run."),
    sequence: sequence.optional().describe("The calls as data, where the case was a random sequence of them."),
    timeline: timeline
      .optional()
      .describe("The calls side by side, where several clients made them at once; times in the unit, since the first call."),
    calls: z
      .array(call)
      .describe("Of the smallest case that fails; the last one diverged. Of more than 400 the first 200 and the last."),
    totalCalls: z.number(),
    example: z.array(z.string()).describe("The case in words, where it was generated: one line a value."),
    doubt: z
      .enum(["hung", "network"])
      .optional()
      .describe("What made it doubtful that the driver is at fault: the backend was asked then, and answered."),
  })
  .meta({ id: "Failure" })
const covered = z.object({
  group: z.string(),
  tried: z.number(),
  of: z.number(),
  missed: z.array(z.string()).describe("Examples of what was not tried."),
})
const explored = z.object({ sequences: z.number(), calls: z.number(), coverage: z.array(covered) }).meta({ id: "Explored" })
const counted = {
  ruleId: z.string(),
  checks: z.number().describe("How often something that the driver gave was compared with what it has to be."),
  calls: z.number().describe("How many calls of the driver the rule made."),
  milliseconds: z.number(),
  measured: z.array(z.string()).optional().describe("Figures that the rule found, as the terminal shows them."),
  explored: explored.optional().describe("What random sequences have tried."),
  overlap: z
    .object({ calls: z.number(), conflicting: z.number(), overlapping: z.number(), atOnce: z.number() })
    .optional()
    .describe("How much clients got into each other's way: pairs of calls on one path, and how many calls at a moment."),
}
const outcome = z
  .discriminatedUnion("status", [
    z.object({ ...counted, status: z.literal("passed") }),
    z.object({ ...counted, status: z.literal("failed"), failure }),
    z.object({ ...counted, status: z.literal("set-up-failed"), failure }).describe("What the rule needs could not be stored."),
    z.object({
      ...counted,
      status: z.literal("inconclusive"),
      because: z.enum(["backend-gone", "target-full", "stopped", "no-evidence", "suite-defect"]),
      reason: z.string(),
      failure: failure.optional(),
    }),
    z.object({ ...counted, status: z.literal("not-run"), reason: z.string() }),
  ])
  .meta({ id: "Outcome" })
const verdict = z.enum(["conformant", "nonconformant", "inconclusive", "not run"]).meta({ id: "Verdict" })
const told = {
  id: z.string(),
  level: z.enum(levels),
  statement: z.string(),
  why: z.string(),
  source: z.string().describe("Where the contract says so."),
}
const rule = z
  .object({
    ...told,
    breaks: z
      .object(told)
      .optional()
      .describe("The rule that was broken, where this one found that of another: its level counts."),
    standing: z
      .enum(["kept", "broken", "warning", "known", "stale", "open", "not-run"])
      .describe(
        "What the outcome means for the verdict: broken and stale make it nonconformant; a warning is a broken SHOULD, known a failure " +
          "that the user listed, stale one that was listed and is kept now, open one that could not be judged.",
      ),
    outcome,
    knownFailure: z.object({ rule: z.string(), reason: z.string(), sometimes: z.boolean() }).optional(),
    replay: z.string().describe("The command that runs just this rule again in the same way."),
  })
  .meta({ id: "Rule" })

/** What `--json` writes. A change that breaks a reader gets a new `schemaVersion`. */
export const jsonReport = z.object({
  schemaVersion: z.literal(1),
  version: z.string().describe("Of the suite."),
  driver: z.object({ name: z.string(), reference: z.string().describe("As the command named it.") }),
  backend: z.string().describe("What the driver ran on."),
  seed: z.number(),
  startedAt: z.iso.datetime(),
  milliseconds: z.number(),
  strict: z.boolean().describe("Whether a broken SHOULD counts."),
  verdict,
  endedEarly: z.string().optional().describe("Why the run ended before its end, where it did."),
  notes: z
    .array(z.string())
    .describe("What else the reader should know: what could not be removed, what the driver printed at its end."),
  suites: z.array(
    z.object({
      name: z.string(),
      verdict,
      chosen: z.number().describe("How many rules the verdict is about."),
      total: z.number().describe("How many rules the suite has."),
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
