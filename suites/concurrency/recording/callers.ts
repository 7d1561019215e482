import type { ObservedDriver } from "../../execution/observed-driver.ts"
import type { Case } from "../../execution/rule-context.ts"
import { Standstill, type Timing } from "../timing/timing.ts"
import type { Turn } from "../workload/workload.ts"
import type { Place, Recorded } from "./history.ts"
import { perform } from "./perform.ts"

/** Who makes the calls of a workload: its clients, each with an instance of the driver of its own. */
export interface Callers {
  /**
   * Has all clients begin at one moment, and waits for every one before it tells of the first that failed.
   *
   * @throws CallHung, Standstill, RuleBroken where the driver gives what the contract has no place for
   */
  perform(turns: readonly Turn[]): Promise<readonly Recorded[]>
  end(): Promise<void>
}

/** Clients in this process. */
export async function callersHere(given: Case, clients: number, timing: Timing): Promise<Callers> {
  const drivers = await Promise.all(Array.from({ length: clients }, (_, client) => timing.connect(given, client)))
  return {
    perform: async (turns) => {
      const underWay = new Map<number, Place>()
      const all = turns.map((turn) => {
        const { client } = turn
        const driver = drivers[client]
        if (driver === undefined) throw new Error(`there is no client ${client}`)
        return takeTurn(driver, turn, timing, (place) => underWay.set(client, place)).finally(() => underWay.delete(client))
      })
      const settled = await timing.whole(Promise.allSettled(all)).catch((reason: unknown) => {
        throw reason instanceof Standstill ? new Standstill([...underWay.values()]) : reason
      })
      return settled.flatMap((result) => {
        if (result.status === "rejected") throw result.reason
        return result.value
      })
    },
    end: async () => timing.end(),
  }
}

/** Makes a client's calls one after another; tells of each before it is made. */
export async function takeTurn(
  driver: ObservedDriver,
  { client, position, actions }: Turn,
  timing: Timing,
  onCall: (place: Place) => void = () => {},
): Promise<readonly Recorded[]> {
  const recorded: Recorded[] = []
  for (const [index, { wait, ...action }] of actions.entries()) {
    await timing.beforeCall(client, wait)
    const place = { client, position: position + index }
    onCall(place)
    recorded.push(await perform(driver, place, action, timing))
  }
  return recorded
}
