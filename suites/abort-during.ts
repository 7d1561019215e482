import { setTimeout as passes, setImmediate as turn } from "node:timers/promises"
import { CallFailed } from "./execution/failures.ts"

/** A call that is ready to be made, without a signal too. What it gives is judged by itself where it succeeds. */
export type CallWithSignal = (options: { readonly signal?: AbortSignal }, abort: () => void) => Promise<unknown>

/** Makes a call ready, on files in a folder of its own. */
export type PrepareCall = (folder: string) => Promise<CallWithSignal>

/** Parts of the time that a call takes when it is left alone; 0 is before anything else happens. */
export const moments: readonly number[] = [0, 0.2, 0.5, 0.8]

/** What became of a call whose signal was aborted. */
export type Outcome =
  | { readonly succeeded: true }
  | { readonly succeeded: false; readonly failed: CallFailed; readonly withTheReason: boolean }

/**
 * Makes a call twice: in "/alone" to learn how long it takes, and in "/aborted" with its signal aborted when that part of the time has
 * passed. The signal is aborted also where the call was faster this time: then it must not matter any more.
 */
export async function abortDuring(moment: number, prepare: PrepareCall): Promise<Outcome> {
  const alone = await prepare("/alone")
  const begun = performance.now()
  await alone({}, () => {})
  const milliseconds = moment * (performance.now() - begun)
  const call = await prepare("/aborted")
  const controller = new AbortController()
  const reason = new Error("the caller has gone")
  const abort = (): void => controller.abort(reason)
  const outcome = outcomeOf(call({ signal: controller.signal }, abort), reason)
  if (moment > 0) await Promise.race([outcome, waited(milliseconds)])
  abort()
  return outcome
}

async function outcomeOf(call: Promise<unknown>, reason: Error): Promise<Outcome> {
  try {
    await call
    return { succeeded: true }
  } catch (failed) {
    if (!(failed instanceof CallFailed)) throw failed
    return { succeeded: false, failed, withTheReason: failed.reason === reason }
  }
}

/** By turns of the event loop where it is short, for timers know whole milliseconds only. */
async function waited(milliseconds: number): Promise<void> {
  if (milliseconds >= 2) return passes(milliseconds)
  for (const begun = performance.now(); performance.now() - begun < milliseconds; ) await turn()
}
