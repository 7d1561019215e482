import type { Benchmark, Load } from "./benchmark.ts"
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

/** Rounds that are measured. */
const rounds = 5
/** Those and the one before them, which warms up. */
export const allRounds = rounds + 1

export interface BenchmarkResult {
  /** Of each runner; undefined where its driver does not offer it. */
  readonly measured: readonly (Measured | undefined)[]
  /** Operations per second of the first runner to those of the second. */
  readonly ratio: Spread | undefined
}

export interface RunOptions {
  readonly load: Load
  /** For all rounds of a runner, that which warms up left out. */
  readonly milliseconds: number
  /** Ends the run between two rounds; what was stored is deleted. */
  readonly signal: AbortSignal
  /** Told before each round. */
  readonly onRound: (round: number) => void
}

/**
 * Measures a benchmark on one driver, or on two in turns: what else the machine does then meets both.
 *
 * @throws what the driver fails with; the signal's reason
 */
export async function runBenchmark(
  benchmark: Benchmark,
  runners: readonly Runner[],
  options: RunOptions,
): Promise<BenchmarkResult> {
  const { name } = benchmark
  const folderOf = ({ folder }: Runner): string => `${folder}/${name.replaceAll(/[^A-Za-z0-9]+/g, "-")}`
  const taken: Sample[][] = runners.map(() => [])
  for (let round = 0; round < allRounds && !options.signal.aborted; round++) {
    options.onRound(round)
    for (const [index, runner] of runners.entries()) {
      const milliseconds = options.milliseconds / rounds
      const sample = await runner.process.measure({ name, load: options.load, folder: folderOf(runner), milliseconds })
      if (sample !== undefined && round > 0) taken[index]?.push(sample)
    }
  }
  for (const runner of runners) await runner.process.endBenchmark({ name, folder: folderOf(runner) })
  options.signal.throwIfAborted()
  const [first = [], second = []] = taken
  const ratios = first.flatMap((sample, round) => {
    const other = second[round]
    return other === undefined ? [] : [sample.operationsPerSecond / other.operationsPerSecond]
  })
  return {
    measured: taken.map((samples) => (samples.length === 0 ? undefined : summarise(benchmark, samples))),
    ratio: ratios.length === 0 ? undefined : spreadOf(ratios),
  }
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
    operationsPerSecond: spreadOf(samples.map((sample) => sample.operationsPerSecond)),
  }
}
