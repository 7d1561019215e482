import { availableParallelism } from "node:os"
import { packageVersion } from "../version.ts"
import type { Contender } from "./contender.ts"
import type { BenchReport, Contested, Measured } from "./result.ts"
import type { BenchmarkResult } from "./run.ts"
import type { Spread } from "./statistics.ts"

interface Beside {
  readonly startedAt: Date
  /** What the first one is compared with, where that was measured before. */
  readonly earlier: BenchReport | undefined
}

/** What was measured, of one driver or of two, as reports tell it. */
export function reportOf(
  contenders: readonly Contender[],
  results: readonly BenchmarkResult[],
  { startedAt, earlier }: Beside,
): BenchReport {
  const [first, second] = contenders.map((contender, index) => contestedOf(contender, results, index))
  if (first === undefined) throw new Error("nothing was measured")
  const head = {
    schemaVersion: 1 as const,
    version: packageVersion(),
    startedAt: startedAt.toISOString(),
    machine: `${process.platform} ${process.arch}, ${availableParallelism()} CPUs, Node ${process.version}`,
    ...first,
  }
  if (second !== undefined) {
    const ratios = results.flatMap(({ measured: [measured], ratio }) =>
      measured === undefined || ratio === undefined ? [] : [[measured.name, ratio] as const],
    )
    return { ...head, compared: { ...second, sideBySide: true, ratios: Object.fromEntries(ratios) } }
  }
  if (earlier === undefined) return head
  const { driver, backend, benchmarks } = earlier
  const ratios = first.benchmarks.flatMap((ours) => {
    const theirs = benchmarks.find(({ name }) => name === ours.name)
    return theirs === undefined ? [] : [[ours.name, ratioOf(ours, theirs)] as const]
  })
  return { ...head, compared: { driver, backend, benchmarks, sideBySide: false, ratios: Object.fromEntries(ratios) } }
}

/** At its lowest our slowest round to their fastest, at its highest the other way round. */
function ratioOf({ operationsPerSecond: ours }: Measured, { operationsPerSecond: theirs }: Measured): Spread {
  return { median: ours.median / theirs.median, low: ours.low / theirs.high, high: ours.high / theirs.low }
}

function contestedOf({ reference, storage }: Contender, results: readonly BenchmarkResult[], index: number): Contested {
  return {
    driver: { name: storage.driver.name, reference },
    backend: storage.description,
    benchmarks: results.flatMap(({ measured }) => measured[index] ?? []),
  }
}
