import type { ObservedDriver } from "../../execution/observed-driver.ts"
import type { Case } from "../../execution/rule-context.ts"
import type { Timing } from "../timing/timing.ts"
import { type Action, filesOf, pathsOf, type Timed, type Workload } from "../workload/workload.ts"
import type { Recorded } from "./history.ts"
import { perform } from "./perform.ts"

/**
 * Runs a workload and records what came of every call: each client with an instance of the driver of its own, all beginning at one
 * moment. When all have ended, each instance looks at all there is, and that is part of the history.
 *
 * @throws SetUpFailed, CallHung, RuleBroken where the driver gives what the contract has no place for
 */
export async function record(given: Case, workload: Workload, timing: Timing): Promise<readonly Recorded[]> {
  await prepare(given, workload)
  const drivers = await Promise.all(workload.clients.map((_, client) => given.connect(timing.clockOf(client))))
  const inspection = inspectionOf(workload)
  try {
    const during = together(drivers, (driver, client) =>
      runClient(driver, { client, position: 0 }, workload.clients[client] ?? [], timing),
    )
    const recorded = await timing.whole(during)
    const after = together(drivers, (driver, client) =>
      runClient(driver, { client, position: workload.clients[client]?.length ?? 0 }, inspection, timing),
    )
    return [...recorded, ...(await timing.whole(after))]
  } finally {
    timing.end()
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

async function runClient(
  driver: ObservedDriver,
  { client, position }: Pick<Recorded, "client" | "position">,
  actions: readonly Timed[],
  timing: Timing,
): Promise<readonly Recorded[]> {
  const records: Recorded[] = []
  for (const [index, { wait, ...action }] of actions.entries()) {
    await timing.beforeCall(client, wait)
    records.push(await perform(driver, { client, position: position + index }, action, timing))
  }
  return records
}

/** Lets all run at once, and waits for every one before it tells of the first that failed. */
async function together(
  drivers: readonly ObservedDriver[],
  run: (driver: ObservedDriver, client: number) => Promise<readonly Recorded[]>,
): Promise<readonly Recorded[]> {
  const settled = await Promise.allSettled(drivers.map(run))
  return settled.flatMap((result) => {
    if (result.status === "rejected") throw result.reason
    return result.value
  })
}
