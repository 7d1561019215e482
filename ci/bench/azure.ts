import { execFileSync } from "node:child_process"
import { readFile, writeFile } from "node:fs/promises"
import { loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { Bench } from "tinybench"
import { medianOf } from "../../cli/bench/statistics.ts"
import { type Backend, startBackend } from "./backend.ts"
import { measureMemory } from "./memory.ts"
import { type Figure, type Row, renderBenchmarks } from "./report.ts"
import { measureResumes } from "./resumes.ts"
import { type Scenario, scenarios } from "./scenarios.ts"

/**
 * How the Azure driver compares: `npm run bench` measures all scenarios, which takes about a quarter of an hour, and `npm run bench --
 * "read 1 GiB" 20` one at one delay; each puts its rows into docs/benchmarks.md. The ways have their turns in rounds and in one process,
 * so that their ratios hold on a machine that does other things as well.
 */

const delays = [0, 20, 100]
const ways = ["driver", "sdk", "distribution"] as const

async function* measure(scenario: Scenario, delays: readonly number[]): AsyncGenerator<Row> {
  const { name, bytes, rounds, isReadOnly = false } = scenario
  // What only reads finds its content still there at the next delay; what writes would find an Azurite that grows and slows down.
  await using shared = isReadOnly ? await startBackend() : undefined
  for (const delay of delays) {
    const load = loadavg()[0] ?? Number.NaN
    const samples = { driver: [] as number[], sdk: [] as number[], distribution: [] as number[] }
    for (let round = 0; round < rounds; round++) {
      await using own = shared === undefined ? await startBackend() : undefined
      const backend = shared ?? own
      if (backend !== undefined) await measureRound(scenario, { backend, delay, round, samples })
    }
    const distribution = samples.distribution.length === 0 ? undefined : medianOf(samples.distribution)
    yield { scenario: name, delay, bytes, load, driver: medianOf(samples.driver), sdk: medianOf(samples.sdk), distribution }
  }
}

interface Round {
  readonly backend: Backend
  readonly delay: number
  /** From 0. */
  readonly round: number
  readonly samples: Readonly<Record<(typeof ways)[number], number[]>>
}

async function measureRound(scenario: Scenario, { backend, delay, round, samples }: Round): Promise<void> {
  const delayed = await backend.delayed(delay)
  const bench = new Bench({ iterations: scenario.iterations, time: 0, warmup: false, throws: true })
  for (const way of inTurn(round)) {
    const one = scenario[way]
    if (one === undefined || (way === "distribution" && delay > (scenario.distributionUpTo ?? delay))) continue
    let count = 0
    let name = ""
    bench.add(way, async () => void (await one.run(delayed, name)), {
      async beforeEach() {
        name = `${way}-${delay}-${round}-${count++}`
        await one.prepare?.(backend.direct, name)
      },
    })
  }
  await bench.run()
  for (const { name, result } of bench.tasks) {
    const way = ways.find((known) => known === name)
    if (result.state === "completed" && way !== undefined) samples[way].push(result.latency.p50 * (scenario[way]?.parts ?? 1))
  }
}

/** Each way is first in one round and last in another: who comes first finds code that is not compiled yet. */
function inTurn(round: number): readonly (typeof ways)[number][] {
  return ways.map((_, index) => ways[(index + round) % ways.length] ?? "driver")
}

const [only, delay] = process.argv.slice(2)
const file = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url))
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()
for (const scenario of scenarios) {
  if (only !== undefined && !scenario.name.startsWith(only)) continue
  for await (const row of measure(scenario, delay === undefined ? delays : [Number(delay)])) await record(row)
}
for (const [name, figures] of Object.entries({ memory: measureMemory, resumes: measureResumes })) {
  if (only === undefined || only === name) for await (const figure of figures()) await record(figure)
}

async function record(row: Row | Figure): Promise<void> {
  process.stdout.write(`${new Date().toTimeString().slice(0, 8)} ${JSON.stringify(row)}\n`)
  const before = await readFile(file, "utf8").catch(() => "")
  await writeFile(file, renderBenchmarks(before, row, { commit, date: new Date().toISOString().slice(0, 10) }))
}
