import { RuleBroken, SeenTooLittle } from "../../execution/failures.ts"
import type { Falsified } from "../../execution/for-all.ts"
import type { RuleContext } from "../../execution/rule-context.ts"
import type { ConcurrencyEffort } from "../effort.ts"
import type { Explained } from "../explaining/explain.ts"
import { smallestWorkload } from "../explaining/smallest-workload.ts"
import type { JudgeOptions } from "../judging/judge.ts"
import { drawOrders, smallestOrder } from "../timing/orders.ts"
import { type Order, Schedule } from "../timing/schedule.ts"
import type { Workload } from "../workload/workload.ts"
import { falsified, repeats, run, runSmaller } from "./run.ts"

/** What is wrong with what came of a workload in an order. */
interface InOrder extends Explained {
  readonly order: Order
}

/** Runs are counted where time would be: the same seed does the same then on every machine. Those over HTTP take longer. */
const millisecondsOfRun = { clock: 4, gates: 100 }

/** How many times as much a run over HTTP costs. */
const costOverHttp = 8

/** How many orders a smaller workload is run in before it counts as one that does not fail. */
const tries = 8

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
  let effects = 0
  let spent = 0
  for (let round = 0; round < most && spent < most; round++) {
    const workload = workloadOf(round)
    for (const order of drawOrders(context.seed + round)) {
      spent += (gated === undefined ? 1 : costOverHttp) * costOf(workload)
      const schedule = new Schedule(order, gated)
      const found = await run(context, workload, judging, schedule)
      if (found !== undefined) throw await smaller(context, workload, { ...found, order }, judging, patience)
      effects += schedule.effects
    }
  }
  if (effects > 0) return
  const expected = "an instance to sleep on the clock that it is connected with, as the driver declares"
  throw gated === undefined
    ? new RuleBroken(expected, "calls that never slept")
    : new SeenTooLittle("no request came by way of the proxies in front of the backend")
}

function howOften(failed: number, times: number, isExact: boolean): string {
  if (!isExact) return `these calls fail ${failed} of ${times} times where their requests pass in this order`
  return failed === times
    ? `these calls fail every time in this order of steps (${failed} of ${times})`
    : `these calls fail ${failed} of ${times} times in this order of steps: the driver waits for more than its clock`
}

/** What a run of the workload costs, where that of a few small files costs 1. */
function costOf({ files, clients }: Workload): number {
  const contents = [...files, ...clients.flat()].flatMap((made) => ("content" in made ? [made.content.length] : []))
  return 1 + files.length / 100 + contents.reduce((sum, length) => sum + length, 0) / 500_000
}

async function smaller(
  context: RuleContext,
  workload: Workload,
  found: InOrder,
  judging: JudgeOptions,
  patience: number,
): Promise<Falsified> {
  const gated = context.surroundings.gatedStorages
  const runs = Math.floor(patience / (gated === undefined ? millisecondsOfRun.clock : millisecondsOfRun.gates))
  let left = runs
  const again = async (candidate: Workload, order: Order): Promise<InOrder | undefined> => {
    left--
    const explained = await runSmaller(context, candidate, judging, new Schedule(order, gated))
    return explained === undefined ? undefined : { ...explained, order }
  }
  const orders = [0, 1, 2].flatMap((index) => drawOrders(context.seed + index))
  const smallest = await smallestWorkload(
    { workload, found },
    (candidate, turn, { order }) => again(candidate, turn === 0 ? order : (orders[turn] ?? order)),
    { tries, expired: () => left <= 0 },
  )
  left = runs
  let shown = smallest.found
  await smallestOrder(shown.order, async (order) => {
    const failing = left <= 0 ? undefined : await again(smallest.workload, order)
    if (failing !== undefined) shown = failing
    return failing !== undefined
  })
  const times = patience === 0 ? 0 : repeats
  let failed = 0
  for (let time = 0; time < times; time++) if ((await again(smallest.workload, shown.order)) !== undefined) failed++
  return falsified(shown, howOften(failed, times, gated === undefined))
}
