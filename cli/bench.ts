import { resolve } from "node:path"
import { setTimeout as passes } from "node:timers/promises"
import { extentOf } from "../suites/extent.ts"
import type { Benchmark, Load } from "./bench/benchmark.ts"
import { benchmarksOf } from "./bench/benchmarks.ts"
import { Contender } from "./bench/contender.ts"
import { namesFile, readEarlier } from "./bench/earlier.ts"
import { createBenchProgress } from "./bench/progress.ts"
import { reportOf } from "./bench/report.ts"
import { allRounds, type BenchmarkResult, runBenchmark } from "./bench/run.ts"
import { renderBench } from "./bench/table.ts"
import type { DriverDescription } from "./driver-process/protocol.ts"
import { Interrupted, type Interruption, onInterrupt, unlessInterrupted } from "./execution/interrupts.ts"
import { announceBench } from "./input/announcement.ts"
import { BadInput } from "./input/bad-input.ts"
import type { StorageOptions } from "./input/certify-options.ts"
import { consentOf, demandConsent } from "./input/consent.ts"
import { widthOf } from "./output.ts"
import { openForWriting } from "./reports/report-files.ts"
import type { ExitCode } from "./reports/result.ts"
import { visible } from "./reports/visible-text.ts"

/** What the user asks of `bench`. */
export interface BenchOptions extends StorageOptions {
  readonly profile: Benchmark["profile"] | "all"
  /** Globs over the names of benchmarks; none for all. */
  readonly only: readonly string[]
  /** Milliseconds for each benchmark, and each driver of a comparison. */
  readonly time: number
  readonly load: Load
  /** Another driver, or the JSON of an earlier run. */
  readonly compare?: string
  /** `key=value`, each, for the other driver. */
  readonly compareParameter: readonly string[]
  readonly json?: string
}

/**
 * Measures a driver: the command `bench`. Prints a table, and writes the figures where that was asked for. Nothing is judged.
 *
 * @param reference the driver, as the user wrote it
 * @throws BadInput, Unavailable
 */
export async function bench(reference: string, options: BenchOptions): Promise<ExitCode> {
  const { compare } = options
  const chosen = choose(options)
  refuseUnfit(options)
  const earlier = compare !== undefined && namesFile(compare) ? await readEarlier(compare) : undefined
  const other = earlier === undefined ? compare : undefined
  const contenders = [reference, ...(other === undefined ? [] : [other])].map((each) => new Contender(each, options.timeout))
  const file = options.json === undefined ? undefined : await openForWriting("--json", options.json)
  const interruption = onInterrupt(() => {
    for (const contender of contenders) contender.abandon()
  })
  try {
    const startedAt = new Date()
    await unlessInterrupted(interruption, prepareAll(contenders, chosen.length, options, interruption))
    const results = await measureAll(contenders, chosen, options, interruption)
    const report = reportOf(contenders, results, { startedAt, earlier })
    const { stdout } = process
    stdout.write(renderBench(report, { columns: widthOf(stdout, 80), colour: stdout.isTTY === true && stdout.hasColors() }))
    await file?.writeFile(`${JSON.stringify(report, null, 2)}\n`)
    return 0
  } catch (reason) {
    if (!(reason instanceof Interrupted)) throw reason
    process.stderr.write("interrupted: what was measured is not told\n")
    return 3
  } finally {
    await file?.close()
    const left = await Promise.all(contenders.map((contender) => contender.end()))
    for (const sentence of left.flat()) process.stderr.write(`${visible(sentence)}\n`)
    interruption.dispose()
  }
}

/** @throws BadInput for options that do not go together */
function refuseUnfit({ compare, compareParameter, json }: BenchOptions): void {
  const ofFile = compare !== undefined && namesFile(compare)
  if (compareParameter.length > 0 && (compare === undefined || ofFile))
    throw new BadInput("--compare-parameter is for another driver: name it with --compare")
  if (ofFile && json !== undefined && resolve(json) === resolve(compare))
    throw new BadInput(`--json ${json}: what is compared with would be written over`)
}

/** @throws BadInput where nothing is left */
function choose({ profile, only, load }: BenchOptions): readonly Benchmark[] {
  const offered = benchmarksOf(load).filter((benchmark) => profile === "all" || benchmark.profile === profile)
  const matches = ({ name }: Benchmark, text: string): boolean => name.toLowerCase().includes(text.toLowerCase())
  const unknown = only.find((text) => !offered.some((benchmark) => matches(benchmark, text)))
  if (unknown !== undefined)
    throw new BadInput(`--only "${unknown}" is in no name of ${offered.map(({ name }) => name).join(", ")}`)
  return only.length === 0 ? offered : offered.filter((benchmark) => only.some((text) => matches(benchmark, text)))
}

/** Milliseconds that measuring takes, roughly. */
function plannedFor(benchmarks: number, drivers: number, { time }: BenchOptions): number {
  return benchmarks * drivers * time * 1.5
}

async function prepareAll(
  contenders: readonly Contender[],
  benchmarks: number,
  options: BenchOptions,
  interruption: Interruption,
): Promise<void> {
  for (const [index, contender] of contenders.entries()) {
    const extent = extentOf(options.load.bytes * options.load.concurrency)
    const optionsFor = (driver: DriverDescription): StorageOptions => ({
      ...(index === 0 ? options : optionsBeside(options, driver)),
      extent,
    })
    const found = await contender.find(optionsFor)
    if (found.choice.on === "account" && found.driver.target?.emulates) {
      const milliseconds = plannedFor(benchmarks, 1, options)
      const announcement = announceBench(found, { runFolder: contender.folder, milliseconds })
      await demandConsent(announcement, consentOf(options.yes, interruption.requested))
    }
    await contender.prepare(found, optionsFor(found.driver))
  }
}

/** What another driver is measured on: a backend of the same kind where it has one, unless it is given parameters. */
function optionsBeside(
  { target, keep, compareParameter, yes, timeout }: BenchOptions,
  driver: DriverDescription,
): StorageOptions {
  const sameKind = target !== undefined && target !== "account" && driver.target?.kinds.includes(target) === true
  const ofItsOwn = { parameter: compareParameter, keep: false, yes, timeout }
  return sameKind && compareParameter.length === 0 ? { ...ofItsOwn, target, keep } : ofItsOwn
}

/** Milliseconds for a round that is under way to end, so that what it began can be removed. */
const grace = 10_000

async function measureAll(
  contenders: readonly Contender[],
  chosen: readonly Benchmark[],
  options: BenchOptions,
  interruption: Interruption,
): Promise<readonly BenchmarkResult[]> {
  const ended = new AbortController()
  const overdue = interruption.requested.then(async () => {
    ended.abort(new Interrupted())
    await passes(grace, undefined, { ref: false })
    throw new Interrupted()
  })
  const progress = createBenchProgress(process.stderr, plannedFor(chosen.length, contenders.length, options))
  const measure = async (): Promise<readonly BenchmarkResult[]> => {
    const results: BenchmarkResult[] = []
    for (const [index, benchmark] of chosen.entries()) {
      const onRound = (round: number): void => progress.at(benchmark.name, (index + round / allRounds) / chosen.length)
      const { load, time: milliseconds } = options
      results.push(await runBenchmark(benchmark, contenders, { load, milliseconds, signal: ended.signal, onRound }))
    }
    return results
  }
  try {
    return await Promise.race([measure(), overdue])
  } finally {
    progress.done()
  }
}
