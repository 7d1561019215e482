import type { Benchmark } from "./benchmarks.ts"
import type { Round, Sample } from "./measuring.ts"
import type { Measured } from "./result.ts"
import { percentile, type Spread, spreadOf } from "./statistics.ts"

/** A process that holds a driver and runs benchmarks on it. */
export interface BenchProcess {
  measure(round: Round): Promise<Sample | undefined>
  endBenchmark(place: Pick<Round, "name" | "folder">): Promise<void>
}

export interface Runner {
  readonly process: BenchProcess
  /** The run's own, in the storage. */
  readonly folder: string
}

/** Rounds of a benchmark, after one that warms up. */
export const rounds = 5

export interface BenchmarkResult {
  /** Of each runner; undefined where its driver does not offer it. */
  readonly measured: readonly (Measured | undefined)[]
  /** Operations per second of the first runner to those of the second. */
  readonly ratio: Spread | undefined
}

/**
 * Measures a benchmark on one driver, or on two in turns: what else the machine does then meets both.
 *
 * @param milliseconds for all rounds of one of them
 */
export async function runBenchmark(
  benchmark: Benchmark,
  runners: readonly Runner[],
  milliseconds: number,
): Promise<BenchmarkResult> {
  const { name } = benchmark
  const folderOf = ({ folder }: Runner): string => `${folder}/${name.replaceAll(/[^A-Za-z0-9]+/g, "-")}`
  const taken: Sample[][] = runners.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, runner] of runners.entries()) {
      const sample = await runner.process.measure({ name, folder: folderOf(runner), milliseconds: milliseconds / rounds })
      if (sample !== undefined && round > 0) taken[index]?.push(sample)
    }
  }
  for (const runner of runners) await runner.process.endBenchmark({ name, folder: folderOf(runner) })
  const [first = [], second = []] = taken
  const ratios = first.flatMap((sample, round) => {
    const other = second[round]
    return other === undefined ? [] : [rateOf(sample, benchmark) / rateOf(other, benchmark)]
  })
  return {
    measured: taken.map((samples) => (samples.length === 0 ? undefined : summarise(benchmark, samples))),
    ratio: ratios.length === 0 ? undefined : spreadOf(ratios),
  }
}

/** Operations per second of all workers. What was done between them, to make the next possible, is left out. */
function rateOf({ latencies }: Sample, { concurrency }: Benchmark): number {
  const seconds = latencies.reduce((sum, latency) => sum + latency, 0) / 1_000
  return (latencies.length * concurrency) / seconds
}

function summarise(benchmark: Benchmark, samples: readonly Sample[]): Measured {
  const { name, profile, bytes, concurrency } = benchmark
  const sorted = samples.flatMap(({ latencies }) => [...latencies]).toSorted((one, other) => one - other)
  return {
    name,
    profile,
    bytes,
    concurrency,
    operations: sorted.length,
    rounds: samples.length,
    latency: { p50: percentile(sorted, 50), p95: percentile(sorted, 95), p99: percentile(sorted, 99) },
    operationsPerSecond: spreadOf(samples.map((sample) => rateOf(sample, benchmark))),
  }
}
