import { mkdir, writeFile } from "node:fs/promises"
import { cpus, loadavg } from "node:os"
import { join } from "node:path"
import picomatch from "picomatch"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { bundledTargets } from "../../fixtures/targets/index.ts"
import { loadSuite } from "../../suites/catalogue.ts"
import { targetStartLimit } from "../../suites/execution/opening.ts"
import { isInShort, timingsOf } from "./effort.ts"
import { goodDrivers } from "./good-drivers.ts"
import { JobProcess } from "./job-process.ts"
import type { Finding, Job } from "./jobs.ts"
import { readOptions } from "./options.ts"
import { Progress } from "./progress.ts"
import { describeFinding, renderJson, renderMarkdown, summaryOf } from "./report.ts"
import { tally } from "./tally.ts"

/**
 * The suite's own power: every known-bad driver against the rule that is meant for it, every good one against all rules, under each
 * seed. Ends with exit code 1 where a bug escapes, an alarm is false or a job comes to no end or is not begun, with 2 where the options
 * are wrong.
 *
 *     npm run kill-rate -- --seeds 10
 */
const argv = process.argv.slice(2)
const options = readOptions(argv)

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)
const suites = await Promise.all(options.suites.map((name) => loadSuite(name)))
const isChosen = picomatch(options.only ?? "**")
const chosen = (...names: readonly string[]): boolean => names.some((name) => isChosen(name))
const mutants = (await loadMutants()).flatMap((mutant) => {
  const suite = suites.find(({ rules }) => rules.some(({ id }) => id === mutant.caughtBy))
  return suite !== undefined && chosen(mutant.id, mutant.caughtBy) ? { ...mutant, suite: suite.name } : []
})
const isGood = picomatch(options.good)
const good = [...goodDrivers].filter(([id]) => chosen(id) && isGood(id))

/** Known-bad drivers first, for whose sake it is run; then good ones, all of them under one seed before the next. */
const jobs: readonly Job[] = [
  ...upTo(options.seeds).flatMap((seed) =>
    mutants.flatMap(({ id, module, suite }) =>
      timingsOf(module, suite).map((timing): Job => ({ kind: "known-bad", id, seed, timing })),
    ),
  ),
  ...(options.comparison ? mutants.map(({ id }): Job => ({ kind: "comparison", id })) : []),
  ...upTo(options.goodSeeds).flatMap((seed) =>
    options.suites.flatMap((suite) =>
      good.flatMap(([id, { module }]): readonly Job[] =>
        timingsOf(module, suite)
          .map((timing) => ({ kind: "good", id, suite, seed, timing }) as const)
          .filter((job) => !options.short || isInShort(job)),
      ),
    ),
  ),
]
if (jobs.length === 0) {
  process.stderr.write("error: no driver is chosen: --only and --good leave none\n")
  process.exit(2)
}

const started = performance.now()
const usesAzurite = [...mutants, ...good.map(([, driver]) => driver)].some(({ module }) => module.target === "azurite")
const azurite = usesAzurite ? await bundledTargets.azurite.start({ signal: AbortSignal.timeout(targetStartLimit) }) : undefined
const progress = new Progress(jobs, options.workers, process.stderr)
const findings: Finding[] = []
const waiting = [...jobs]

async function workOff(): Promise<void> {
  const worker = new JobProcess()
  while (options.for === undefined || performance.now() - started < options.for) {
    const job = waiting.shift()
    if (job === undefined) break
    const begun = performance.now()
    const finding = await worker.run({ job, effort: options.short ? "short" : "usual", azurite: azurite?.parameters })
    findings.push(finding)
    for (const line of describeFinding(finding)) process.stdout.write(`${line}\n`)
    progress.finished(job, performance.now() - begun)
  }
  await worker.end()
}

try {
  await Promise.all(Array.from({ length: options.workers }, workOff))
} finally {
  await azurite?.stop()
}

const result = tally(findings, mutants, options.suites, {
  command: ["npm run kill-rate", ...(argv.length === 0 ? [] : ["--", ...argv])].join(" "),
  cores: cpus().length,
  load: Math.round(loadavg()[2] ?? 0),
  seeds: options.seeds,
  goodSeeds: options.goodSeeds,
  short: options.short,
  compared: options.comparison,
  notBegun: waiting.length,
  milliseconds: Math.round(performance.now() - started),
})
if (options.output !== undefined) {
  await mkdir(options.output, { recursive: true })
  await writeFile(join(options.output, "kill-rate.json"), renderJson(result))
  await writeFile(join(options.output, "kill-rate.md"), renderMarkdown(result))
}
process.stdout.write(`\n${summaryOf(result)}\n`)
const { survived, falseAlarms, lost } = result.total
process.exitCode = survived + falseAlarms + lost + waiting.length === 0 ? 0 : 1
