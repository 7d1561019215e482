import type { ObservedDriver } from "../../execution/observed-driver.ts"
import type { Case } from "../../execution/rule-context.ts"
import type { Timing } from "../timing/timing.ts"
import type { Turn } from "../workload/workload.ts"
import type { Recorded } from "./history.ts"
import { perform } from "./perform.ts"

/** Who makes the calls of a workload: its clients, each with an instance of the driver of its own. */
export interface Callers {
  /**
   * Has all clients begin at one moment, and waits for every one before it tells of the first that failed.
   *
   * @throws CallHung, RuleBroken where the driver gives what the contract has no place for
   */
  perform(turns: readonly Turn[]): Promise<readonly Recorded[]>
  end(): Promise<void>
}

/** Clients in this process. */
export async function callersHere(given: Case, clients: number, timing: Timing): Promise<Callers> {
  const drivers = await Promise.all(Array.from({ length: clients }, (_, client) => timing.connect(given, client)))
  return {
    perform: async (turns) => {
      const all = turns.map((turn) => {
        const driver = drivers[turn.client]
        if (driver === undefined) throw new Error(`there is no client ${turn.client}`)
        return takeTurn(driver, turn, timing)
      })
      const settled = await timing.whole(Promise.allSettled(all))
      return settled.flatMap((result) => {
        if (result.status === "rejected") throw result.reason
        return result.value
      })
    },
    end: async () => timing.end(),
  }
}

/** Makes a client's calls one after another. */
export async function takeTurn(
  driver: ObservedDriver,
  { client, position, actions }: Turn,
  timing: Timing,
): Promise<readonly Recorded[]> {
  const recorded: Recorded[] = []
  for (const [index, { wait, ...action }] of actions.entries()) {
    await timing.beforeCall(client, wait)
    recorded.push(await perform(driver, { client, position: position + index }, action, timing))
  }
  return recorded
}
