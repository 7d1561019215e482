import { CallHung, RuleBroken } from "../../execution/failures.ts"
import { prefixed } from "../../execution/observation.ts"
import type { Case } from "../../execution/rule-context.ts"
import { limitFor, within } from "../../execution/time-limits.ts"
import type { Callers } from "../recording/callers.ts"
import type { Recorded } from "../recording/history.ts"
import { byChance } from "../timing/timing.ts"
import type { Turn } from "../workload/workload.ts"
import type { ClientProcesses } from "./client-processes.ts"
import type { PerformedTurn } from "./messages.ts"

/** Milliseconds until all processes have heard that they are to begin. */
const notice = 20

/**
 * Clients in processes of their own.
 *
 * @throws RuleBroken where a process that holds nothing but the driver ends
 */
export async function callersInProcesses(given: Case, clients: number, processes: ClientProcesses): Promise<Callers> {
  const { observation } = given.driver
  const { prefix, limits, uploads, evidence } = observation
  const crews = await processes.crews(clients)
  const asked = async <Value>(answer: Promise<Value>, milliseconds: number): Promise<Value> => {
    const call = { instance: 1, method: "a call in another process", arguments: [], outcome: "…" }
    try {
      return await within(milliseconds, answer, () => new CallHung(call, milliseconds))
    } catch (reason) {
      processes.spoil()
      if (reason instanceof CallHung) throw reason
      throw new RuleBroken("the process to go on", reason instanceof Error ? reason.message : String(reason))
    }
  }
  await Promise.all(
    crews.map(async ({ process, clients: ours }) => {
      const before = byChance.now()
      const { now } = await asked(process.connectClients({ prefix, limits, clients: ours }), 6 * limits.call)
      // The order of calls is read from their times: it means nothing where the processes' clocks are not one.
      if (now < before || now > byChance.now()) throw new Error("the monotonic clock of another process tells another time")
    }),
  )
  return {
    perform: async (turns) => {
      const at = byChance.now() + notice
      const begun = turns.flatMap(({ actions }) => actions.filter(({ method }) => method === "upload"))
      for (const action of begun) if (action.method === "upload") uploads.began(prefixed(prefix, action.path))
      const performed = await Promise.all(
        crews.map(({ process, clients: ours }) => {
          const own = turns.filter(({ client }) => ours.includes(client))
          return asked(process.performCalls({ prefix, turns: own, at }), notice + longest(own, limits.call))
        }),
      )
      const recorded = performed.flat().flatMap((turn) => recordedOf(turn, processes))
      evidence.calls += recorded.length
      for (const { action, result } of recorded)
        if (action.method === "upload" && result.kind === "done") uploads.ended(prefixed(prefix, action.path))
      return recorded.sort((a, b) => a.client - b.client || a.position - b.position)
    },
    end: async () => {
      // Whatever hangs here, or is lost already, was told where it was called.
      await Promise.allSettled(crews.map(({ process }) => asked(process.closeClients({ prefix }), limits.call)))
    },
  }

  /** Milliseconds for turns that run side by side, where each call takes as long as it may. */
  function longest(turns: readonly Turn[], call: number): number {
    const each = turns.map(({ actions }) => {
      const bytes = actions.reduce((sum, action) => sum + ("content" in action ? action.content.length : 0), 0)
      const calls = actions.reduce((sum, action) => sum + (action.method === "upload" ? 3 + action.writes : 1), 1)
      return calls * call + limitFor(limits, bytes)
    })
    return Math.max(call, ...each)
  }
}

function recordedOf(turn: PerformedTurn, processes: ClientProcesses): readonly Recorded[] {
  if (turn.kind === "recorded") return turn.recorded
  if (turn.kind === "broken") throw new RuleBroken(turn.expected, turn.actual)
  processes.spoil()
  throw new CallHung(turn.call, turn.limit)
}
