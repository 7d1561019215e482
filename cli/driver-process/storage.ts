import { errorCodeOf } from "../../drivers/contract.ts"
import type { OpenedStorage, StartedTarget } from "../../drivers/define.ts"
import type { ProbeAnswer } from "../../suites/execution/confirm.ts"
import { demandDriver } from "../../suites/execution/driver-shape.ts"
import { describeReason, looksLikeNetworkFailure, RuleBroken } from "../../suites/execution/failures.ts"
import { within } from "../../suites/execution/time-limits.ts"
import type { OpenRequest } from "./protocol.ts"
import { InputRefused } from "./refusals.ts"

/**
 * Asks the backend whether it answers. Any answer will do, a refusal included: only silence and network errors say that it is gone.
 *
 * @param target whose health check is asked where it has one; else a fresh instance looks at a path that is not there
 */
export async function probeStorage(
  milliseconds: number,
  target: StartedTarget | undefined,
  storage: OpenedStorage | undefined,
): Promise<ProbeAnswer> {
  const silent = `nothing came back within ${milliseconds} ms`
  const ask = async (): Promise<void> => {
    if (target?.healthCheck !== undefined) return target.healthCheck({ signal: AbortSignal.timeout(milliseconds) })
    const driver = await storage?.connect()
    await driver?.stat("/storage-driver-conformance-probe")
  }
  try {
    await within(milliseconds, ask(), () => new Silence(silent))
    return { answers: true }
  } catch (reason) {
    const asTarget = target?.healthCheck !== undefined
    if (!asTarget && !(reason instanceof Silence) && !looksLikeNetworkFailure(reason)) return { answers: true }
    const why = reason instanceof Silence || (asTarget && reason instanceof Error) ? reason.message : describeReason(reason)
    const output = target?.output?.()
    return { answers: false, reason: why, ...(output === undefined ? {} : { output }) }
  }
}

/**
 * That `connect` gives a driver is told once; else every rule would be broken by it. Where it, or closing, fails or is silent, the rules
 * tell more.
 *
 * @throws InputRefused where methods are missing
 */
export async function requireDriver(storage: OpenedStorage, milliseconds: number): Promise<void> {
  const connectAndClose = async (): Promise<void> => {
    await demandDriver(await storage.connect()).close?.()
  }
  try {
    await within(milliseconds, connectAndClose(), () => new Silence(`nothing came back within ${milliseconds} ms`))
  } catch (reason) {
    if (!(reason instanceof RuleBroken)) return
    throw new InputRefused(`connect() gave ${reason.actual}: a driver has all methods of the contract`)
  }
}

class Silence extends Error {
  override readonly name = "Silence"
}

/** Cancels uploads and deletes the run's folder. Gives one sentence for each thing that is still there. */
export async function cleanUp(
  storage: OpenedStorage,
  request: OpenRequest,
  uploads: readonly string[],
): Promise<readonly string[]> {
  // Deleting all that a run left behind is many calls in one. It is one budget, or a driver that hangs would take it for each upload.
  const limit = 6 * request.limits.call
  const begun = performance.now()
  const remaining: string[] = []
  const attempt = async (what: string, action: () => Promise<void>): Promise<void> => {
    try {
      const left = limit - (performance.now() - begun)
      if (left < 0) throw new Silence(`no time was left of ${limit} ms`)
      await within(left, action(), () => new Silence(`nothing within ${Math.round(left)} ms`))
    } catch (reason) {
      const code = errorCodeOf(reason)
      if (code !== "PathNotFound" && code !== "InvalidPath") remaining.push(`${what}: ${describeReason(reason)}`)
    }
  }
  const driver = await storage.connect()
  for (const path of uploads) {
    await attempt(`the upload to ${path} could not be cancelled`, async () => {
      const writer = await driver.writer(path, { append: true })
      await writer.cancel()
    })
  }
  await attempt(`${request.runFolder} could not be deleted`, () => driver.delete(request.runFolder))
  await attempt("an instance could not be closed", async () => driver.close?.())
  return remaining
}
