import { NotForThis, SeenTooLittle } from "../execution/failures.ts"
import type { ResolvedCapabilities, Surroundings } from "../needs.ts"
import type { Check } from "../rule.ts"
import { usualEffort } from "./effort.ts"
import type { JudgeOptions } from "./judging/judge.ts"
import type { Recorded } from "./recording/history.ts"
import { describeOverlap } from "./recording/overlap.ts"
import { runByChance } from "./running/by-chance.ts"
import { runInOrder } from "./running/in-order.ts"
import { Random } from "./workload/random.ts"
import type { Workload } from "./workload/workload.ts"

export type MakeWorkload = (random: Random, surroundings: Surroundings) => Workload

export interface ConcurrentOptions {
  /** How often a workload is made anew and run, at most, where it is run by chance; in a decided order its cost limits it. */
  readonly rounds?: (capabilities: ResolvedCapabilities) => number
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

/** A check by clients that call at once: what each call came to is held against all orders that the contract allows. */
export function concurrently(make: MakeWorkload, options: ConcurrentOptions = {}): Check {
  return async (context) => {
    const { rounds, patience } = context.concurrencyEffort ?? usualEffort
    const judging: JudgeOptions = { movesMayLose: true, atomicMoves: false, ...options }
    const workloadOf = (round: number): Workload => make(new Random(context.seed + round), context.surroundings)
    const { capabilities, clientProcesses, gatedStorages } = context.surroundings
    if (clientProcesses !== undefined && capabilities.scope === "process")
      throw new NotForThis("its storage is within one process")
    const isDecided = capabilities.scheduled || gatedStorages !== undefined
    if (clientProcesses === undefined && isDecided) await runInOrder(context, workloadOf, judging, { rounds, patience })
    else {
      const most = Math.min(rounds.most, options.rounds?.(capabilities) ?? rounds.most)
      await runByChance(context, workloadOf, judging, { rounds: { ...rounds, most }, patience })
    }
    const from = clientProcesses === undefined ? "" : `, from ${clientProcesses.count} processes`
    context.measured.push(`${describeOverlap(context.overlap)}${from}`)
    if (context.overlap.atOnce < 2) throw new SeenTooLittle("no two calls overlapped")
  }
}
