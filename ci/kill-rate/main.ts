import { writeFile } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import picomatch from "picomatch"
import { Tinypool } from "tinypool"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { bundledTargets } from "../../fixtures/targets/index.ts"
import { loadSuite, suiteNames } from "../../suites/catalogue.ts"
import { targetStartLimit } from "../../suites/execution/opening.ts"
import { goodDrivers } from "./good-drivers.ts"
import type { Finding, Job } from "./jobs.ts"
import { describeFinding, renderMarkdown } from "./report.ts"
import { tally } from "./tally.ts"

/**
 * The suite's own power: every known-bad driver against the rule that is meant for it, every good one against all rules, under each
 * seed. Writes kill-rate.md and kill-rate.json. Ends with exit code 1 where a bug escapes or an alarm is false.
 *
 *     npm run kill-rate -- --seeds 10
 */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1" },
    /** Names of drivers, with * and ?. What is left out is left out of the documents too, so give another folder with it. */
    only: { type: "string", default: "*" },
    /** Of what is in this folder the two documents are replaced. */
    output: { type: "string", default: "docs" },
    workers: { type: "string", default: String(availableParallelism()) },
  },
})

const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1)
const chosen = picomatch(values.only)
const suites = await Promise.all(suiteNames.map((name) => loadSuite(name)))
const mutants = (await loadMutants()).filter(({ id }) => chosen(id))
const good = [...goodDrivers.keys()].filter((id) => chosen(id))

/** The longest first, so that no worker is left with one at the end. */
const jobs: readonly Job[] = [
  ...seeds.flatMap((seed) => suites.flatMap(({ name: suite }) => good.map((id): Job => ({ kind: "good", id, suite, seed })))),
  ...seeds.flatMap((seed) => mutants.map(({ id }): Job => ({ kind: "known-bad", id, seed }))),
  ...mutants.map(({ id }): Job => ({ kind: "comparison", id, seed: 1 })),
]

const started = performance.now()
const azurite = await bundledTargets.azurite.start({ signal: AbortSignal.timeout(targetStartLimit) })
const pool = new Tinypool({
  filename: new URL("worker.ts", import.meta.url).href,
  runtime: "child_process",
  minThreads: Number(values.workers),
  maxThreads: Number(values.workers),
})
const findings: Finding[] = []
try {
  await Promise.all(
    jobs.map(async (job) => {
      const finding: Finding = await pool.run({ job, azurite: azurite.parameters })
      findings.push(finding)
      for (const line of describeFinding(finding)) process.stdout.write(`${line}\n`)
    }),
  )
} finally {
  await pool.destroy()
  await azurite.stop()
}

const result = tally(findings, mutants, suites, { seeds: seeds.length, milliseconds: Math.round(performance.now() - started) })
await writeFile(join(values.output, "kill-rate.json"), `${JSON.stringify(result, null, 2)}\n`)
const markdown = renderMarkdown(result)
await writeFile(join(values.output, "kill-rate.md"), markdown)
process.stdout.write(`\n${markdown.slice(0, markdown.indexOf("\n## ", markdown.indexOf("## By suite") + 1))}\n`)
process.exitCode = result.total.survived + result.total.falseAlarms === 0 ? 0 : 1
