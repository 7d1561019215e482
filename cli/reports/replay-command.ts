import type { SuiteName } from "../../suites/catalogue.ts"
import { defaultTimeoutOf } from "../input/certify-options.ts"

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
  // What hung within the time of the run would be told otherwise with another one.
  const limit = timeout === undefined || timeout === defaultTimeoutOf(suite) ? [] : ["--timeout", durationText(timeout)]
  const chosen = [
    ...(suite === "contract" ? [] : ["--suite", suite]),
    ...options,
    ...limit,
    "--rule",
    ruleId,
    "--seed",
    String(seed),
  ]
  const words = ["npx", "storage-driver-conformance", "certify", reference, ...chosen]
  return words.map(quoteForShell).join(" ")
}

/** A duration as the command line takes it. */
function durationText(milliseconds: number): string {
  return milliseconds % 1_000 === 0 ? `${milliseconds / 1_000}s` : `${milliseconds}ms`
}

function quoteForShell(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
