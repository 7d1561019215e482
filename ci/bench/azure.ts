import { execFileSync } from "node:child_process"
import { readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { Bench } from "tinybench"
import { startBackend } from "./backend.ts"
import { measureMemory } from "./memory.ts"
import { type Figure, type Row, renderBenchmarks } from "./report.ts"
import { measureResumes } from "./resumes.ts"
import { type Scenario, scenarios } from "./scenarios.ts"

/**
 * How the Azure driver compares: `npm run bench` measures all scenarios, `npm run bench -- "read 1 GiB" 20` one at one delay, and
 * each puts its rows into docs/benchmarks.md. The ways have their turns in rounds and in one process, so that their ratios hold on a
 * machine that does other things as well.
 */

const delays = [0, 20, 100]
const ways = ["driver", "sdk", "distribution"] as const

async function measure(scenario: Scenario, delay: number): Promise<Row> {
  const samples = { driver: [] as number[], sdk: [] as number[], distribution: [] as number[] }
  let backend = ""
  for (let round = 0; round < scenario.rounds; round++) {
    await using started = await startBackend(delay)
    backend = started.description
    const bench = new Bench({ iterations: scenario.iterations, time: 0, warmup: false, throws: true })
    for (const way of inTurn(round)) {
      const one = scenario[way]
      if (one === undefined || (way === "distribution" && delay > (scenario.distributionUpTo ?? delay))) continue
      let count = 0
      let name = ""
      bench.add(way, async () => void (await one.run(started.delayed, name)), {
        async beforeEach() {
          name = `${way}-${count++}`
          await one.prepare?.(started.direct, name)
        },
      })
    }
    await bench.run()
    for (const task of bench.tasks) {
      const { result } = task
      const way = ways.find((known) => known === task.name)
      if (result.state === "completed" && way !== undefined) samples[way].push(result.latency.p50)
    }
  }
  const { name, bytes } = scenario
  return {
    scenario: name,
    delay,
    bytes,
    backend,
    driver: median(samples.driver) ?? Number.NaN,
    sdk: median(samples.sdk) ?? Number.NaN,
    distribution: median(samples.distribution),
  }
}

/** Each way is first in one round and last in another: who comes first finds code that is not compiled yet. */
function inTurn(round: number): readonly (typeof ways)[number][] {
  return ways.map((_, index) => ways[(index + round) % ways.length] ?? "driver")
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

const [only, delay] = process.argv.slice(2)
const file = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url))
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()
for (const scenario of scenarios) {
  if (only !== undefined && !scenario.name.startsWith(only)) continue
  for (const one of delays) {
    if (delay !== undefined && one !== Number(delay)) continue
    await record(await measure(scenario, one))
  }
}
for (const [name, figures] of Object.entries({ memory: measureMemory, resumes: measureResumes })) {
  if (only === undefined || only === name) for await (const figure of figures()) await record(figure)
}

async function record(row: Row | Figure): Promise<void> {
  process.stdout.write(`${JSON.stringify(row)}\n`)
  const before = await readFile(file, "utf8").catch(() => "")
  await writeFile(file, renderBenchmarks(before, row, { commit, date: new Date().toISOString().slice(0, 10) }))
}
