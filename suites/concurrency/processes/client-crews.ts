import { setTimeout as passes, setImmediate as turn } from "node:timers/promises"
import type { OpenedStorage } from "../../../drivers/define.ts"
import { CallHung, RuleBroken } from "../../execution/failures.ts"
import type { Observation } from "../../execution/observation.ts"
import { ObservedDriver } from "../../execution/observed-driver.ts"
import { Trace } from "../../execution/trace.ts"
import { UploadLedger } from "../../execution/upload-ledger.ts"
import { takeTurn } from "../recording/callers.ts"
import { byChance } from "../timing/timing.ts"
import type { ClientCalls, ClientCrew, PerformedTurn } from "./messages.ts"

/** What a process does that makes the calls of some clients: it holds their instances of the driver. */
export class ClientCrews {
  readonly #storage: OpenedStorage
  readonly #crews = new Map<string, ReadonlyMap<number, ObservedDriver>>()

  constructor(storage: OpenedStorage) {
    this.#storage = storage
  }

  async connect({ prefix, limits, clients }: ClientCrew): Promise<{ readonly now: number }> {
    const observation: Observation = {
      prefix,
      limits,
      trace: new Trace(),
      uploads: new UploadLedger(),
      evidence: { checks: 0, calls: 0 },
      onCall: () => {},
      abandoned: () => false,
    }
    const connected = clients.map(async (client) => {
      const driver = await this.#storage.connect()
      return [client, new ObservedDriver(driver, client + 1, observation)] as const
    })
    this.#crews.set(prefix, new Map(await Promise.all(connected)))
    return { now: byChance.now() }
  }

  async perform({ prefix, turns, at }: ClientCalls): Promise<readonly PerformedTurn[]> {
    const crew = this.#crews.get(prefix)
    await passes(Math.max(0, at - byChance.now() - 2))
    while (byChance.now() < at) await turn()
    return Promise.all(
      turns.map(async (each): Promise<PerformedTurn> => {
        const driver = crew?.get(each.client)
        if (driver === undefined) throw new Error(`no client ${each.client} was connected in this process`)
        return takeTurn(driver, each, byChance).then((recorded) => ({ kind: "recorded", recorded }) as const, toldOf)
      }),
    )
  }

  async close({ prefix }: Pick<ClientCrew, "prefix">): Promise<void> {
    const crew = this.#crews.get(prefix)
    this.#crews.delete(prefix)
    for (const driver of crew?.values() ?? []) {
      for (const stream of driver.streams) stream.destroy()
      await driver.close()
    }
  }
}

function toldOf(reason: unknown): PerformedTurn {
  if (reason instanceof CallHung) return { kind: "hung", call: { ...reason.call }, limit: reason.limit }
  if (reason instanceof RuleBroken) return { kind: "broken", expected: reason.expected, actual: reason.actual }
  throw reason
}
