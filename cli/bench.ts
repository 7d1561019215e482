import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { within } from "../suites/execution/time-limits.ts"
import { benchmarks } from "./bench/benchmarks.ts"
import { createBenchProgress } from "./bench/progress.ts"
import { type BenchReport, benchReport, type Contender, type Measured } from "./bench/result.ts"
import { type BenchmarkResult, type Runner, runBenchmark } from "./bench/run.ts"
import { renderBench } from "./bench/table.ts"
import { ProcessLost, Refusal } from "./driver-process/client.ts"
import { Backend } from "./execution/backend.ts"
import { onInterrupt } from "./execution/interrupts.ts"
import { type PreparedStorage, prepareStorage } from "./execution/prepare-storage.ts"
import { BadInput } from "./input/bad-input.ts"
import type { StorageOptions } from "./input/certify-options.ts"
import { locateDriver } from "./input/driver-reference.ts"
import { Unavailable } from "./input/unavailable.ts"
import { LoneProcess } from "./lone-process/client.ts"
import { openForWriting } from "./reports/report-files.ts"
import type { ExitCode } from "./reports/result.ts"
import { visible } from "./reports/visible-text.ts"
import { packageVersion } from "./version.ts"

/** What the user asks of `bench`. */
export interface BenchOptions extends StorageOptions {
  readonly profile: "methods" | "registry" | "all"
  /** Milliseconds for each benchmark, and each driver of a comparison. */
  readonly time: number
  /** Another driver, or the JSON of an earlier run. */
  readonly compare?: string
  readonly json?: string
}

/** A driver that is measured, in a process that holds nothing else. */
interface Measurable {
  readonly reference: string
  readonly backend: Backend
  readonly storage: PreparedStorage
  readonly process: LoneProcess
}

/**
 * Measures a driver: the command `bench`. Prints a table, and writes the figures where that was asked for. Nothing is judged.
 *
 * @throws BadInput, Unavailable
 */
export async function bench(reference: string, options: BenchOptions): Promise<ExitCode> {
  const earlier = await readEarlier(options.compare)
  const file = options.json === undefined ? undefined : await openForWriting("--json", options.json)
  const opened: Measurable[] = []
  const backends: Backend[] = []
  const interruption = onInterrupt(() => {
    for (const backend of backends) backend.abandon()
  })
  try {
    const references = [reference, ...(earlier === undefined && options.compare !== undefined ? [options.compare] : [])]
    const startedAt = new Date().toISOString()
    const work = (async () => {
      for (const [index, each] of references.entries()) {
        // Parameters are for the first: the one that it is compared with stands on a backend of its own.
        opened.push(await open(each, index === 0 ? options : { keep: false, parameter: [], timeout: options.timeout }, backends))
      }
      return measureAll(opened, options)
    })()
    const interrupted = interruption.requested.then(() => undefined)
    const results = await Promise.race([work, interrupted])
    if (results === undefined) {
      work.catch(() => undefined) // what it was doing ends with its processes
      return 3
    }
    const report = reportOf(opened, results, { startedAt, earlier })
    const { stdout } = process
    const colour = stdout.isTTY === true && stdout.hasColors()
    stdout.write(renderBench(report, { columns: stdout.columns ?? 100, colour }))
    await file?.writeFile(`${JSON.stringify(report, null, 2)}\n`)
    return 0
  } finally {
    await file?.close()
    for (const { process, storage, backend } of opened) {
      await process.end()
      if (!storage.request.ownStorage) for (const left of await backend.cleanUp([])) globalThis.process.stderr.write(`${left}\n`)
    }
    await Promise.all(backends.map((backend) => backend.end()))
    interruption.dispose()
  }
}

async function open(reference: string, options: StorageOptions, backends: Backend[]): Promise<Measurable> {
  const location = locateDriver(reference, process.cwd())
  const backend = new Backend(location, options.timeout, (progress) => process.stderr.write(`${visible(progress)}\n`))
  backends.push(backend)
  try {
    const storage = await prepareStorage(backend, { ...options, seed: randomBytes(4).readInt32LE() })
    if (!storage.reachable.answers)
      throw new Unavailable(`the backend of ${reference} does not answer: ${storage.reachable.reason}`)
    const lone = await LoneProcess.start({ ...location, parameters: storage.request.parameters })
    return { reference, backend, storage, process: lone }
  } catch (reason) {
    if (reason instanceof Refusal) throw new BadInput(reason.message)
    throw reason instanceof ProcessLost ? new BadInput(`${reference} cannot be used: ${reason.message}`) : reason
  }
}

/** Milliseconds for what a benchmark prepares, and for operations that were under way when the time of a round was over. */
const patience = 120_000

async function measureAll(opened: readonly Measurable[], { profile, time }: BenchOptions): Promise<readonly BenchmarkResult[]> {
  const chosen = benchmarks.filter((benchmark) => profile === "all" || benchmark.profile === profile)
  const runners: readonly Runner[] = opened.map(({ process: lone, reference, storage }) => ({
    folder: storage.request.runFolder,
    process: {
      measure: (round) => {
        const limit = patience + round.milliseconds
        const late = (): Error => new Error(`${reference} did not finish "${round.name}" within ${limit / 1_000} s`)
        return within(limit, lone.measure(round), late)
      },
      endBenchmark: (place) => lone.endBenchmark(place),
    },
  }))
  const progress = createBenchProgress(process.stderr)
  const results: BenchmarkResult[] = []
  try {
    for (const [index, benchmark] of chosen.entries()) {
      progress.at(benchmark.name, index / chosen.length)
      results.push(await runBenchmark(benchmark, runners, time))
    }
  } catch (reason) {
    const [first] = opened
    const text = reason instanceof Error ? reason.message : String(reason)
    throw new Unavailable(`the driver failed while it was measured: ${first?.storage.redactor.text(text) ?? text}`)
  } finally {
    progress.done()
  }
  return results
}

function reportOf(
  opened: readonly Measurable[],
  results: readonly BenchmarkResult[],
  { startedAt, earlier }: { readonly startedAt: string; readonly earlier: BenchReport | undefined },
): BenchReport {
  const [first, second] = opened.map((measurable, index) => contenderOf(measurable, results, index))
  if (first === undefined) throw new Error("nothing was measured")
  const head = { schemaVersion: 1 as const, version: packageVersion(), startedAt, node: process.version, ...first }
  if (second !== undefined) {
    const pairs = results.flatMap(({ measured: [measured], ratio }) =>
      measured === undefined || ratio === undefined ? [] : [[measured.name, ratio] as const],
    )
    return { ...head, compared: { ...second, sideBySide: true, ratios: Object.fromEntries(pairs) } }
  }
  if (earlier === undefined) return head
  const { driver, backend, benchmarks: theirs } = earlier
  const ratios = first.benchmarks.flatMap((ours) => {
    const other = theirs.find(({ name }) => name === ours.name)
    return other === undefined ? [] : [[ours.name, ratioOf(ours, other)] as const]
  })
  return { ...head, compared: { driver, backend, benchmarks: theirs, sideBySide: false, ratios: Object.fromEntries(ratios) } }
}

/** At its lowest our slowest round to their fastest, at its highest the other way round. */
function ratioOf({ operationsPerSecond: ours }: Measured, { operationsPerSecond: theirs }: Measured) {
  return { median: ours.median / theirs.median, low: ours.low / theirs.high, high: ours.high / theirs.low }
}

function contenderOf({ reference, storage }: Measurable, results: readonly BenchmarkResult[], index: number): Contender {
  return {
    driver: { name: storage.driver.name, reference },
    backend: storage.description,
    benchmarks: results.flatMap(({ measured }) => measured[index] ?? []),
  }
}

/** The figures of an earlier run, where a file is named and not a driver. */
async function readEarlier(compare: string | undefined): Promise<BenchReport | undefined> {
  if (compare === undefined || !compare.endsWith(".json")) return undefined
  if (!existsSync(compare)) throw new BadInput(`--compare ${compare}: there is no such file`)
  try {
    return benchReport.parse(JSON.parse(await readFile(compare, "utf8")))
  } catch {
    throw new BadInput(`--compare ${compare} is not what bench --json writes`)
  }
}
