import { CallHung, RuleBroken, SeenTooLittle } from "../../execution/failures.ts"
import type { RuleContext } from "../../execution/rule-context.ts"
import type { ConcurrencyEffort } from "../effort.ts"
import type { JudgeOptions } from "../judging/judge.ts"
import { drawOrders } from "../timing/orders.ts"
import { Schedule } from "../timing/schedule.ts"
import type { Workload } from "../workload/workload.ts"
import { run } from "./run.ts"
import { smallerDisorder, smallerHang } from "./smaller-in-order.ts"

/** How many times as much a run over HTTP costs. */
const costOverHttp = 8

/**
 * Runs workloads in orders that the seed decides, step by step: for drivers that let the suite decide when each of their effects
 * happens. What is found is found every time.
 *
 * @param workloadOf the workload of a round
 * @throws Falsified with the smallest workload that fails, in the smallest order
 */
export async function runInOrder(
  context: RuleContext,
  workloadOf: (round: number) => Workload,
  judging: JudgeOptions,
  { rounds: { most }, patience }: ConcurrencyEffort,
): Promise<void> {
  const gated = context.surroundings.gatedStorages
  const search = { context, judging, patience }
  let effects = 0
  let spent = 0
  for (let round = 0; round < most && spent < most; round++) {
    const workload = workloadOf(round)
    for (const order of drawOrders(context.seed + round)) {
      spent += (gated === undefined ? 1 : costOverHttp) * costOf(workload)
      const schedule = new Schedule(order, gated)
      const found = await run(context, workload, judging, schedule).catch(async (reason: unknown) => {
        throw reason instanceof CallHung ? await smallerHang(search, workload, order, reason) : reason
      })
      if (found !== undefined) throw await smallerDisorder(search, workload, order, found)
      effects += schedule.effects
    }
  }
  if (effects > 0) return
  const expected = "an instance to sleep on the clock that it is connected with, as the driver declares"
  throw gated === undefined
    ? new RuleBroken(expected, "calls that never slept")
    : new SeenTooLittle("no request came by way of the proxies in front of the backend")
}

/** What a run of the workload costs, where that of a few small files costs 1. */
function costOf({ files, clients }: Workload): number {
  const contents = [...files, ...clients.flat()].flatMap((made) => ("content" in made ? [made.content.length] : []))
  return 1 + files.length / 100 + contents.reduce((sum, length) => sum + length, 0) / 500_000
}
