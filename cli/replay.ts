import { existsSync } from "node:fs"
import { loadSuite } from "../suites/catalogue.ts"
import { certifyWith } from "./certify.ts"
import { BadInput } from "./input/bad-input.ts"
import type { CertifyOptions, StorageOptions } from "./input/certify-options.ts"
import { looksLikeToken, readSavedSequences, readToken, type SavedSequence } from "./input/saved-sequences.ts"
import type { ExitCode } from "./reports/result.ts"

/** What the user asks of `replay`. */
export interface ReplayOptions extends StorageOptions {
  /** Another driver than the one that the sequence was found with. */
  readonly driver?: string
  readonly verbose: boolean
}

/**
 * Runs saved sequences again, each several times: the command `replay`.
 *
 * @param what a token that a report gave, or a file of sequences
 * @throws BadInput
 */
export async function replay(what: string, { driver, ...options }: ReplayOptions): Promise<ExitCode> {
  const suite = await loadSuite("contract")
  const ids = suite.rules.map(({ id }) => id)
  const saved = looksLikeToken(what) ? readToken(what, ids) : await readSavedSequences(what, ids)
  if (saved.length === 0)
    throw new BadInput(existsSync(what) ? `${what} holds no sequences` : `there is no file ${what}, and a token begins with s1.`)
  const reference = driver ?? driverOf(saved, what)
  const chosen: CertifyOptions = {
    ...options,
    suite: "contract",
    rule: [...new Set(saved.map(({ rule }) => rule))],
    regressions: false,
    seed: 1,
    strict: false,
    dryRun: false,
    vitest: [],
  }
  return certifyWith(reference, chosen, { saved, replays: true })
}

function driverOf(saved: readonly SavedSequence[], what: string): string {
  const [first, ...others] = new Set(saved.flatMap(({ driver }) => driver ?? []))
  if (first === undefined) throw new BadInput(`${what} names no driver: give one with --driver`)
  if (others.length > 0) throw new BadInput(`${what} has sequences of several drivers: choose one with --driver`)
  return first
}
