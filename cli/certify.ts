import { randomBytes } from "node:crypto"
import { loadSuite } from "../suites/catalogue.ts"
import { extents } from "../suites/extent.ts"
import { ProcessLost, Refusal } from "./driver-process/client.ts"
import { Backend, blockedAfter } from "./execution/backend.ts"
import { effortOf, runsSequences } from "./execution/effort.ts"
import { Interrupted, onInterrupt, unlessInterrupted } from "./execution/interrupts.ts"
import { findStorage, prepareStorage } from "./execution/prepare-storage.ts"
import { readRegressions, saveRegressions } from "./execution/regressions.ts"
import { announce } from "./input/announcement.ts"
import { BadInput } from "./input/bad-input.ts"
import type { CertifyOptions } from "./input/certify-options.ts"
import { chooseRules } from "./input/choose-rules.ts"
import { consentOf, demandConsent } from "./input/consent.ts"
import { locateDriver } from "./input/driver-reference.ts"
import { readKnownFailures } from "./input/known-failures.ts"
import type { SavedSequence } from "./input/saved-sequences.ts"
import { widthOf } from "./output.ts"
import { openReportFiles, type ReportFiles } from "./reports/report-files.ts"
import type { ExitCode } from "./reports/result.ts"
import { renderReport } from "./reports/terminal.ts"
import { exitCodeOf } from "./reports/verdict.ts"
import { visible } from "./reports/visible-text.ts"

/**
 * Certifies one driver: the command `certify`. Prints the report and writes those that were asked for.
 *
 * @param reference the driver, as the user wrote it
 * @throws BadInput, Unavailable
 */
export function certify(reference: string, options: CertifyOptions): Promise<ExitCode> {
  return certifyWith(reference, options, { saved: [], replays: false })
}

/** Sequences that are run before all others, or alone. */
interface Given {
  readonly saved: readonly SavedSequence[]
  /** Whether nothing else is run. */
  readonly replays: boolean
}

/**
 * As {@link certify}, with sequences that are given.
 *
 * @throws BadInput, Unavailable
 */
export async function certifyWith(reference: string, options: CertifyOptions, given: Given): Promise<ExitCode> {
  const reports = await openReportFiles(options.dryRun ? {} : options)
  try {
    return await certifyInto(reports, reference, options, given)
  } finally {
    await reports.close()
  }
}

async function certifyInto(reports: ReportFiles, reference: string, options: CertifyOptions, given: Given): Promise<ExitCode> {
  const startedAt = new Date()
  const location = locateDriver(reference, process.cwd())
  const backend = new Backend(location, blockedAfter(options.timeout), (progress) =>
    process.stderr.write(`${visible(progress)}\n`),
  )
  const interruption = onInterrupt(() => backend.abandon())
  const seed = options.seed ?? randomBytes(4).readInt32LE()
  const runFolder = `/conformance-${randomBytes(6).toString("hex")}`
  try {
    // What takes time to load is loaded while the driver's process does, and what runs rules while the target starts.
    const [chosen, driver] = await unlessInterrupted(
      interruption,
      Promise.all([chooseFrom(reference, options, given), backend.load()]),
    )
    const { effort, regressions, ...chosenRules } = chosen
    const judged = given.replays ? { ...chosen.suite, name: "replay", rules: chosen.rules } : chosen.suite
    const storageChosen = await findStorage(backend, driver, options)
    const announcement = announce({
      ...storageChosen,
      suite: chosen.suite,
      rules: chosen.rules,
      runFolder,
      amount: { extent: options.extent ?? extents.small, effort },
    })
    if (options.dryRun) {
      process.stdout.write(`${announcement.map(visible).join("\n")}\n`)
      return 0
    }
    if (storageChosen.choice.on === "account" && driver.target?.emulates)
      await unlessInterrupted(interruption, demandConsent(announcement, consentOf(options.yes, interruption.requested)))
    const preparing = prepareStorage(backend, storageChosen, { ...options, seed, runFolder, effort })
    const [storage, { performRun }] = await unlessInterrupted(
      interruption,
      Promise.all([preparing, import("./execution/run.ts")]),
    )
    const run = await performRun({
      reference,
      options,
      startedAt,
      ...chosenRules,
      suite: judged,
      storage,
      backend,
      location,
      interruption,
    })
    const note = regressions === undefined ? undefined : await saveRegressions(regressions, run)
    const result = note === undefined ? run : { ...run, notes: [...run.notes, note] }
    const { stdout } = process
    const colour = stdout.isTTY === true && stdout.hasColors()
    stdout.write(renderReport(result, { columns: widthOf(stdout), colour, verbose: options.verbose }))
    // A disk that is full takes the report, not the verdict.
    await reports.write(result)
    return exitCodeOf(result.verdict)
  } catch (reason) {
    if (reason instanceof Interrupted) {
      process.stderr.write("interrupted before the first rule\n")
      return 3
    }
    if (reason instanceof Refusal) throw new BadInput(reason.message)
    throw reason instanceof ProcessLost ? new BadInput(`${reference} cannot be used: ${reason.message}`) : reason
  } finally {
    const trouble = await backend.end()
    if (trouble !== undefined) process.stderr.write(`the target could not be stopped: ${visible(trouble)}\n`)
    interruption.dispose()
  }
}

async function chooseFrom(reference: string, options: CertifyOptions, { saved, replays }: Given) {
  const suite = await loadSuite(options.suite)
  const rules = chooseRules(suite.rules, options.rule)
  const ids = suite.rules.map(({ id }) => id)
  const knownFailures = options.knownFailures === undefined ? [] : await readKnownFailures(options.knownFailures, ids)
  const exploring = !options.dryRun && rules.some(runsSequences)
  const regressions = exploring ? await readRegressions(options.regressions, reference, ids) : undefined
  return {
    suite,
    rules,
    knownFailures,
    regressions,
    effort: { ...effortOf(options, rules, [...saved, ...(regressions?.saved ?? [])]), replays },
  }
}
