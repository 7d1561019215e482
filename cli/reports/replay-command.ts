import type { SuiteName } from "../../suites/catalogue.ts"
import { usualCallLimit } from "../../suites/execution/time-limits.ts"

/** What a replay keeps of the command line. */
export interface Replayed {
  /** The driver, as the user wrote it. */
  readonly reference: string
  /** Default `contract`. */
  readonly suite?: SuiteName
  readonly seed: number
  /** Milliseconds for a call into the driver. */
  readonly timeout?: number
  /** Further arguments, in order; secrets already left out. */
  readonly options: readonly string[]
}

/** The command that runs one rule again in the same way. */
export function replayCommand(ruleId: string, { reference, suite = "contract", seed, timeout, options }: Replayed): string {
  const chosenSuite = suite === "contract" ? [] : ["--suite", suite]
  const limit = limitOf(timeout, suite)
  return commandOf(["certify", reference, ...chosenSuite, ...options, ...limit, "--rule", ruleId, "--seed", String(seed)])
}

/** The command that makes just the calls of a sequence again. The driver is named by the token. */
export function replaySequenceCommand(token: string, { options, timeout }: Replayed): string {
  return commandOf(["replay", token, ...options, ...limitOf(timeout, "contract")])
}

/** What hung within the time of the run would be told otherwise with another one. */
function limitOf(timeout: number | undefined, suite: SuiteName): readonly string[] {
  return timeout === undefined || timeout === usualCallLimit(suite) ? [] : ["--timeout", durationText(timeout)]
}

function commandOf(words: readonly string[]): string {
  return ["npx", "storage-driver-conformance", ...words].map(quoteForShell).join(" ")
}

/** A duration as the command line takes it. */
function durationText(milliseconds: number): string {
  return milliseconds % 1_000 === 0 ? `${milliseconds / 1_000}s` : `${milliseconds}ms`
}

function quoteForShell(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
