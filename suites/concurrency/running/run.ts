import { CallFailed, CallHung, RuleBroken, SeenTooLittle, SetUpFailed } from "../../execution/failures.ts"
import { Falsified } from "../../execution/for-all.ts"
import type { RuleContext } from "../../execution/rule-context.ts"
import { callsOf, type Explained, explain } from "../explaining/explain.ts"
import { type JudgeOptions, judge } from "../judging/judge.ts"
import type { Recorded } from "../recording/history.ts"
import { overlapOf, sumOf } from "../recording/overlap.ts"
import { record } from "../recording/record.ts"
import type { Timing } from "../timing/timing.ts"
import type { Workload } from "../workload/workload.ts"

/** How often the smallest workload found is run, to say how often it fails. */
export const repeats = 20

/**
 * Runs a workload once; gives what is wrong with what came of it.
 *
 * @throws SeenTooLittle where that cannot be told, SetUpFailed, CallHung, Standstill, RuleBroken for what no order of calls is about
 */
export async function run(
  context: RuleContext,
  workload: Workload,
  judging: JudgeOptions,
  timing: Timing,
): Promise<Explained | undefined> {
  const recorded: Recorded[] = []
  await context.case(async (given) => {
    recorded.push(...(await record(given, workload, timing)))
  })
  const atOnce = recorded.filter(({ client, position }) => position < (workload.clients[client]?.length ?? 0))
  context.overlap = sumOf(context.overlap, overlapOf(atOnce))
  const judgement = judge(workload, recorded, judging)
  if (judgement.kind === "unknown") throw new SeenTooLittle(`the search for an order of the calls ran out of ${judgement.limit}`)
  context.evidence.checks += recorded.length
  return judgement.kind === "kept" ? undefined : explain(workload, recorded, judgement, timing.unit)
}

/** As {@link run}, for a smaller workload than one that fails: where it fails in another way than by its order it shows something else. */
export async function runSmaller(...parameters: Parameters<typeof run>): Promise<Explained | undefined> {
  try {
    return await run(...parameters)
  } catch (reason) {
    if ([RuleBroken, CallFailed, CallHung, SetUpFailed, SeenTooLittle].some((kind) => reason instanceof kind)) return undefined
    throw reason
  }
}

/** @param howOften a sentence on how often the calls fail */
export function falsified({ reason }: Explained, howOften: string): Falsified {
  const calls = callsOf(reason.timeline)
  return new Falsified(reason, { calls, total: calls.length }, [howOften])
}
