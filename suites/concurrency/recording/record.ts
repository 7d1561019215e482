import type { Case } from "../../execution/rule-context.ts"
import { callersInProcesses } from "../processes/callers-in-processes.ts"
import type { Timing } from "../timing/timing.ts"
import { type Action, filesOf, pathsOf, type Timed, type Workload } from "../workload/workload.ts"
import { callersHere } from "./callers.ts"
import type { Recorded } from "./history.ts"

/**
 * Runs a workload and records what came of every call: each client with an instance of the driver of its own, all beginning at one
 * moment. When all have ended, each instance looks at all there is, and that is part of the history.
 *
 * @throws SetUpFailed, CallHung, RuleBroken where the driver gives what the contract has no place for
 */
export async function record(given: Case, workload: Workload, timing: Timing): Promise<readonly Recorded[]> {
  await prepare(given, workload)
  const { clients } = workload
  const callers =
    given.clientProcesses === undefined
      ? await callersHere(given, clients.length, timing)
      : await callersInProcesses(given, clients.length, given.clientProcesses)
  const inspection = inspectionOf(workload)
  try {
    const during = await callers.perform(clients.map((actions, client) => ({ client, position: 0, actions })))
    const looks = clients.map((actions, client) => ({ client, position: actions.length, actions: inspection }))
    return [...during, ...(await callers.perform(looks))]
  } finally {
    await callers.end()
  }
}

async function prepare({ given }: Case, { files, closedUpload }: Workload): Promise<void> {
  const left = [...files]
  const work = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await given.file(next.path, next.content)
  }
  await Promise.all(Array.from({ length: 16 }, work))
  if (closedUpload !== undefined) await given.closedUpload(closedUpload.path, closedUpload.content)
}

/** Files beyond which only those are looked at in the end that the clients named. */
const mostLookedAt = 50

/** What each instance looks at in the end. */
function inspectionOf(workload: Workload): readonly Timed[] {
  const files = filesOf(workload)
  const touched = new Set(workload.clients.flat().flatMap((action) => pathsOf(action)))
  const looked = files.length > mostLookedAt ? files.filter((path) => touched.has(path)) : files
  const looks: readonly Action[] = [
    ...looked.map((path) => ({ method: "getContent", path }) as const),
    ...workload.folders.map((path) => ({ method: "list", path }) as const),
  ]
  return looks.map((action) => ({ ...action, wait: 0 }))
}
