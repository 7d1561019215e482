import { CallHung, SetUpFailed } from "../../execution/failures.ts"
import { Falsified } from "../../execution/for-all.ts"
import type { RuleContext } from "../../execution/rule-context.ts"
import type { Explained } from "../explaining/explain.ts"
import { type Shown, smallestWorkload } from "../explaining/smallest-workload.ts"
import type { JudgeOptions } from "../judging/judge.ts"
import { drawOrders, smallestOrder } from "../timing/orders.ts"
import { type Order, Schedule } from "../timing/schedule.ts"
import { Standstill } from "../timing/timing.ts"
import type { Workload } from "../workload/workload.ts"
import { falsified, repeats, run, runSmaller } from "./run.ts"

/** Runs are counted where time would be: the same seed does the same then on every machine. Those over HTTP take longer. */
const millisecondsOfRun = { clock: 4, gates: 100 }

/** How many times as long as a run takes nothing must happen until that is a standstill. */
const patienceInRuns = 8

/** How many orders a smaller workload is run in before it counts as one that does not fail. */
const tries = 8

/** What a workload that fails is made smaller for. */
export interface Search {
  readonly context: RuleContext
  readonly judging: JudgeOptions
  /** Milliseconds for the workload, and as many for its order. */
  readonly patience: number
}

/** What came of a run that fails in the way that is looked for, and what it cost, in runs. */
interface Run<Wrong> {
  readonly wrong: Wrong | undefined
  readonly cost: number
}

type Rerun<Wrong> = (workload: Workload, order: Order) => Promise<Run<Wrong>>

/** The smallest workload that comes to what no order of its calls explains, in the smallest order of steps. */
export async function smallerDisorder(search: Search, workload: Workload, order: Order, found: Explained): Promise<Falsified> {
  const { context, judging } = search
  const { gatedStorages } = context.surroundings
  const rerun: Rerun<Explained> = async (candidate, inOrder) => {
    const wrong = await runSmaller(context, candidate, judging, new Schedule(inOrder, gatedStorages))
    return { wrong, cost: 1 }
  }
  const { wrong, often } = await smallest(search, { workload, order, wrong: found }, rerun)
  return falsified(wrong, `these calls fail ${often}`)
}

/**
 * As {@link smallerDisorder}, for calls that wait for each other. In a decided order a standstill is seen long before the time of a call
 * is over; what is told in the end was given all of that.
 */
export async function smallerHang(search: Search, workload: Workload, order: Order, hung: CallHung): Promise<Falsified> {
  const asFound = new Falsified(hung, search.context.trace.snapshot(), [])
  if (search.patience === 0) return asFound
  const { context, judging } = search
  const { gatedStorages } = context.surroundings
  const standstill = patienceInRuns * costOfRun(search)
  const rerun: Rerun<Shown> = async (candidate, inOrder) => {
    try {
      await run(context, candidate, judging, new Schedule(inOrder, gatedStorages, standstill))
      return { wrong: undefined, cost: 1 }
    } catch (reason) {
      return runOf(reason)
    }
  }
  const { wrong } = await rerun(workload, order)
  if (wrong === undefined) return asFound
  const found = await smallest(search, { workload, order, wrong }, rerun)
  try {
    await run(context, found.workload, judging, new Schedule(found.order, gatedStorages))
  } catch (reason) {
    if (reason instanceof CallHung) return new Falsified(reason, context.trace.snapshot(), [`these calls hang ${found.often}`])
  }
  return asFound
}

/** A driver that hangs where a workload is prepared hangs in whatever comes next, and each try would cost the time of a call. */
function runOf(reason: unknown): Run<Shown> {
  if (reason instanceof Standstill) return { wrong: { shown: reason.underWay }, cost: 1 + patienceInRuns }
  const failed = reason instanceof SetUpFailed ? reason.failure : reason
  return { wrong: undefined, cost: failed instanceof CallHung ? Number.POSITIVE_INFINITY : 1 }
}

function costOfRun({ context }: Search): number {
  return context.surroundings.gatedStorages === undefined ? millisecondsOfRun.clock : millisecondsOfRun.gates
}

interface InOrder<Wrong> {
  readonly workload: Workload
  readonly order: Order
  readonly wrong: Wrong
}

/** Makes the workload smaller, then the order, and repeats what is left. */
async function smallest<Wrong extends Shown>(
  search: Search,
  { workload, order, wrong }: InOrder<Wrong>,
  rerun: Rerun<Wrong>,
): Promise<InOrder<Wrong> & { readonly often: string }> {
  const runs = Math.floor(search.patience / costOfRun(search))
  let left = runs
  const again = async (candidate: Workload, inOrder: Order): Promise<(Wrong & { readonly order: Order }) | undefined> => {
    const { wrong: seen, cost } = await rerun(candidate, inOrder)
    left -= cost
    return seen === undefined ? undefined : { ...seen, order: inOrder }
  }
  const orders = [0, 1, 2].flatMap((index) => drawOrders(search.context.seed + index))
  const smaller = await smallestWorkload(
    { workload, found: { ...wrong, order } },
    (candidate, turn, { order: last }) => again(candidate, turn === 0 ? last : (orders[turn] ?? last)),
    { tries, expired: () => left <= 0 },
  )
  left = runs
  let shown = smaller.found
  await smallestOrder(shown.order, async (candidate) => {
    const failing = left <= 0 ? undefined : await again(smaller.workload, candidate)
    if (failing !== undefined) shown = failing
    return failing !== undefined
  })
  const times = search.patience === 0 ? 0 : repeats
  let failed = 0
  for (let time = 0; time < times; time++) if ((await again(smaller.workload, shown.order)) !== undefined) failed++
  const isExact = search.context.surroundings.gatedStorages === undefined
  return { workload: smaller.workload, order: shown.order, wrong: shown, often: howOften(failed, times, isExact) }
}

function howOften(failed: number, times: number, isExact: boolean): string {
  if (!isExact) return `${failed} of ${times} times where their requests pass in this order`
  return failed === times
    ? `every time in this order of steps (${failed} of ${times})`
    : `${failed} of ${times} times in this order of steps: the driver waits for more than its clock`
}
