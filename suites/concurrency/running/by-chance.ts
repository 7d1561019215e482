import type { Falsified } from "../../execution/for-all.ts"
import type { RuleContext } from "../../execution/rule-context.ts"
import type { ConcurrencyEffort } from "../effort.ts"
import type { Explained } from "../explaining/explain.ts"
import { smallestWorkload } from "../explaining/smallest-workload.ts"
import type { JudgeOptions } from "../judging/judge.ts"
import { byChance } from "../timing/timing.ts"
import type { Workload } from "../workload/workload.ts"
import { falsified, repeats, run, runSmaller } from "./run.ts"

/** Workloads that run side by side, each in a folder of its own: what waits for the backend costs no time then. */
const sideBySide = 4

/** How often a smaller workload is run before it counts as one that does not fail. */
const tries = 4

/**
 * Runs workloads as it happens: the calls of a workload meet in another way each time.
 *
 * @param workloadOf the workload of a round
 * @throws Falsified with the smallest workload that fails, and how often it does
 */
export async function runByChance(
  context: RuleContext,
  workloadOf: (round: number) => Workload,
  judging: JudgeOptions,
  { rounds: { least, most, milliseconds }, patience }: ConcurrencyEffort,
): Promise<void> {
  const begun = performance.now()
  for (let round = 0; round < most; round += sideBySide) {
    if (round >= least && performance.now() - begun > milliseconds) break
    const workloads = Array.from({ length: Math.min(sideBySide, most - round) }, (_, index) => workloadOf(round + index))
    const broken = await Promise.allSettled(workloads.map((workload) => run(context, workload, judging, byChance)))
    for (const [index, workload] of workloads.entries()) {
      const result = broken[index]
      if (result?.status === "rejected") throw result.reason
      if (result?.value !== undefined) throw await smaller(context, workload, result.value, judging, patience)
    }
  }
}

async function smaller(
  context: RuleContext,
  workload: Workload,
  found: Explained,
  judging: JudgeOptions,
  patience: number,
): Promise<Falsified> {
  const begun = performance.now()
  const again = (candidate: Workload): Promise<Explained | undefined> => runSmaller(context, candidate, judging, byChance)
  const expired = (): boolean => performance.now() - begun > patience
  const smallest = await smallestWorkload({ workload, found }, again, { tries, expired })
  let failed = 0
  let times = 0
  for (const started = performance.now(); times < repeats && performance.now() - started < patience; times++) {
    if ((await again(smallest.workload)) !== undefined) failed++
  }
  return falsified(smallest.found, `these calls fail ${failed} of ${times} times`)
}
