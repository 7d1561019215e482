import { CallFailed, CallHung, RuleBroken, SeenTooLittle, SetUpFailed } from "../execution/failures.ts"
import { Falsified } from "../execution/for-all.ts"
import type { RuleContext } from "../execution/rule-context.ts"
import type { Surroundings } from "../needs.ts"
import type { Check } from "../rule.ts"
import { callsOf, type Explained, explain } from "./explaining/explain.ts"
import { smallestWorkload } from "./explaining/smallest-workload.ts"
import { type JudgeOptions, judge } from "./judging/judge.ts"
import type { Recorded } from "./recording/history.ts"
import { describeOverlap, overlapOf, sumOf } from "./recording/overlap.ts"
import { record } from "./recording/record.ts"
import { Random } from "./workload/random.ts"
import type { Workload } from "./workload/workload.ts"

export type MakeWorkload = (random: Random, surroundings: Surroundings) => Workload

export interface ConcurrentOptions {
  /** How often a workload is made anew and run, at most. */
  readonly rounds?: number
  /** Whether moves must happen at one moment; else each is a copy and then a delete. */
  readonly atomicMoves?: boolean
  /** Whether a move may take along what was written at its source after the copy; default true. */
  readonly movesMayLose?: boolean
  /** Calls that may come to what they came to, though no order of the calls explains it: it says nothing then. */
  readonly leavesOpen?: (recorded: Recorded) => boolean
}

/** A stream whose file is replaced or deleted may break off: better than a mixture. */
export function brokenOff({ action, result }: Recorded): boolean {
  return action.method === "read" && result.kind === "rejected" && result.code !== "PathNotFound"
}

/** How much is tried. */
export interface ConcurrencyEffort {
  /** How often a workload is made anew and run: at least, and at most while the time is not up. */
  readonly rounds: { readonly least: number; readonly most: number; readonly milliseconds: number }
  /** Milliseconds for making a workload that fails smaller, and as many for repeating it. */
  readonly patience: number
}

const usualEffort: ConcurrencyEffort = { rounds: { least: 16, most: 120, milliseconds: 1_500 }, patience: 6_000 }

/** Workloads that run side by side, each in a folder of its own: what waits for the backend costs no time then. */
const sideBySide = 4

/** How often the smallest workload found is run, to say how often it fails. */
const repeats = 20

/** A check by clients that call at once: what each call came to is held against all orders that the contract allows. */
export function concurrently(make: MakeWorkload, options: ConcurrentOptions = {}): Check {
  return async (context) => {
    const { least, most, milliseconds } = (context.concurrencyEffort ?? usualEffort).rounds
    const begun = performance.now()
    const judging: JudgeOptions = { movesMayLose: true, atomicMoves: false, ...options }
    const count = Math.min(most, options.rounds ?? most)
    for (let round = 0; round < count; round += sideBySide) {
      if (round >= least && performance.now() - begun > milliseconds) break
      const workloads = Array.from({ length: Math.min(sideBySide, count - round) }, (_, index) =>
        make(new Random(context.seed + round + index), context.surroundings),
      )
      const broken = await Promise.allSettled(workloads.map((workload) => run(context, workload, judging)))
      for (const [index, workload] of workloads.entries()) {
        const result = broken[index]
        if (result?.status === "rejected") throw result.reason
        if (result?.value !== undefined) throw await falsified(context, workload, result.value, judging)
      }
    }
    context.measured.push(describeOverlap(context.overlap))
    if (context.overlap.atOnce < 2) throw new SeenTooLittle("no two calls overlapped")
  }
}

/** Runs a workload once; gives what is wrong with what came of it. */
async function run(context: RuleContext, workload: Workload, judging: JudgeOptions): Promise<Explained | undefined> {
  const recorded: Recorded[] = []
  await context.case(async (given) => {
    recorded.push(...(await record(given, workload)))
  })
  const atOnce = recorded.filter(({ client, position }) => position < (workload.clients[client]?.length ?? 0))
  context.overlap = sumOf(context.overlap, overlapOf(atOnce))
  const judgement = judge(workload, recorded, judging)
  if (judgement.kind === "unknown") throw new SeenTooLittle(`the search for an order of the calls ran out of ${judgement.limit}`)
  context.evidence.checks += recorded.length
  return judgement.kind === "kept" ? undefined : explain(workload, recorded, judgement)
}

/** A smaller workload that fails in another way than by its order, as by a call that hangs, shows something else. */
function isAboutTheDriver(reason: unknown): boolean {
  return [RuleBroken, CallFailed, CallHung, SetUpFailed, SeenTooLittle].some((kind) => reason instanceof kind)
}

async function falsified(context: RuleContext, workload: Workload, found: Explained, judging: JudgeOptions): Promise<Falsified> {
  const { patience } = context.concurrencyEffort ?? usualEffort
  const begun = performance.now()
  const again = (candidate: Workload): Promise<Explained | undefined> =>
    run(context, candidate, judging).catch((reason: unknown) => {
      if (isAboutTheDriver(reason)) return undefined
      throw reason
    })
  const smallest = await smallestWorkload(workload, found, again, () => performance.now() - begun > patience)
  let failed = 0
  let times = 0
  for (const started = performance.now(); times < repeats && performance.now() - started < patience; times++) {
    if ((await again(smallest.workload)) !== undefined) failed++
  }
  const { reason } = smallest.found
  const calls = callsOf(reason.timeline)
  return new Falsified(reason, { calls, total: calls.length }, [`these calls fail ${failed} of ${times} times`])
}
