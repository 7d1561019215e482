import { join } from "node:path"
import { addSavedSequences, isSame, readSavedSequences, type SavedSequence } from "../input/saved-sequences.ts"
import type { RunResult } from "../reports/result.ts"

/** The file of sequences that a driver failed before. */
export interface Regressions {
  readonly file: string
  readonly saved: readonly SavedSequence[]
}

/**
 * Reads what a driver failed before.
 *
 * @param file as the user names it; false for none, undefined for the usual place
 * @throws BadInput
 */
export async function readRegressions(
  file: string | false | undefined,
  reference: string,
  ruleIds: readonly string[],
): Promise<Regressions | undefined> {
  if (file === false) return undefined
  const name = reference.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+/, "")
  const chosen = file ?? join(".storage-driver-conformance", `${name}.yml`)
  return { file: chosen, saved: await readSavedSequences(chosen, ruleIds) }
}

/** Saves the sequences that failed in a run and are not saved yet. Gives a note on it for the report, if there is anything to say. */
export async function saveRegressions({ file, saved }: Regressions, { driver, suites }: RunResult): Promise<string | undefined> {
  const failed = suites.flatMap(({ rules }) =>
    rules.flatMap(({ id, outcome }): readonly SavedSequence[] => {
      if (outcome.status !== "failed" || outcome.failure.sequence === undefined) return []
      const { sequence, brokenRule } = outcome.failure
      return [{ rule: id, breaks: brokenRule, driver: driver.reference, commands: sequence.commands }]
    }),
  )
  const added = failed.filter((each) => !saved.some((other) => isSame(each, other)))
  if (added.length === 0) return undefined
  try {
    await addSavedSequences(file, added)
    return `${added.length === 1 ? "a failing sequence was" : `${added.length} failing sequences were`} saved to ${file}: run first from now on`
  } catch (reason) {
    return `failing sequences could not be saved to ${file}: ${reason instanceof Error ? reason.message : String(reason)}`
  }
}
