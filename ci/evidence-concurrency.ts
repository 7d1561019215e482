import { parseArgs } from "node:util"
import azure from "../drivers/azure/index.ts"
import type { DriverModule, OpenedStorage } from "../drivers/define.ts"
import filesystem from "../drivers/filesystem/index.ts"
import inmemory from "../drivers/inmemory/index.ts"
import { loadMutants } from "../fixtures/mutants/catalogue.ts"
import { changed } from "../fixtures/mutants/mutant.ts"
import { overNetwork } from "../fixtures/mutants/network.ts"
import { loadSuite } from "../suites/catalogue.ts"
import { describeOverlap, noOverlap, type Overlap, sumOf } from "../suites/concurrency/recording/overlap.ts"
import { openOnOwnTarget } from "../suites/execution/opening.ts"
import type { RuleOutcome } from "../suites/execution/outcome.ts"
import { runRule } from "../suites/execution/run-rule.ts"
import { resolveCapabilities } from "../suites/needs.ts"
import type { Rule } from "../suites/rule.ts"

/**
 * Figures of the suite `concurrency`, `npm run evidence:concurrency -- --good 20 --bad 20`: how many runs of each good driver raised an
 * alarm, how much the clients overlapped, and of how many runs each known-bad driver was caught in. A run of a good driver is the whole
 * suite, one of a known-bad driver the rule that is to catch it, both with the usual effort. Ends with exit code 1 where a good driver
 * raised an alarm, or a known-bad one escaped in more than one run of 20. `--mutants move` keeps to those whose id says so.
 */

const { values } = parseArgs({
  options: {
    good: { type: "string", default: "20" },
    bad: { type: "string", default: "20" },
    mutants: { type: "string", default: "" },
    drivers: { type: "string", default: "inmemory,slow,filesystem,azure" },
  },
})
const { rules } = await loadSuite("concurrency")
/** A good driver whose calls take a while, so that they really overlap. */
const slow = changed({ capabilities: { pageSize: 20 }, spoil: overNetwork })

async function run(module: DriverModule, storage: OpenedStorage, rule: Rule, seed: number): Promise<RuleOutcome> {
  return runRule(rule, {
    storage,
    surroundings: { capabilities: resolveCapabilities(module.capabilities, storage.capabilities), ownStorage: true },
    // What a known-bad driver blocks is not to cost ten seconds each time.
    limits: { call: 3_000 },
    runFolder: `/conformance-evidence-${seed}`,
    seed,
    concurrencyEffort: { rounds: { least: 16, most: 120, milliseconds: 1_500 }, patience: 0 },
  })
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1)} s`

const good = new Map<string, DriverModule>([
  ["inmemory", inmemory],
  ["slow", slow],
  ["filesystem", filesystem],
  ["azure", azure],
])
let alarms = 0
for (const [name, module] of good) {
  if (!values.drivers.split(",").includes(name) || values.good === "0") continue
  const started = performance.now()
  const storage = await openOnOwnTarget(module)
  let overlap: Overlap = noOverlap
  let here = 0
  for (let seed = 1; seed <= Number(values.good); seed++) {
    for (const rule of rules) {
      const outcome = await run(module, storage, rule, seed)
      if (outcome.overlap !== undefined) overlap = sumOf(overlap, outcome.overlap)
      if (outcome.status === "passed" || outcome.status === "not-run") continue
      here++
      say(`  ${name}, seed ${seed}, ${rule.id}: ${explain(outcome)}`)
    }
  }
  await storage.close()
  alarms += here
  say(`${name}: ${here} alarms in ${values.good} runs, ${seconds(started)}; ${describeOverlap(overlap)}`)
}

function explain(outcome: RuleOutcome): string {
  if ("reason" in outcome) return `${outcome.status} (${outcome.reason})`
  return outcome.status === "passed" ? "" : `expected ${outcome.failure.expected}, got ${outcome.failure.actual}`
}

let escaping = 0
const mutants = values.bad === "0" ? [] : await loadMutants()
let tried = 0
for (const { id, caughtBy, module } of mutants) {
  const rule = rules.find((candidate) => candidate.id === caughtBy)
  if (rule === undefined || !id.includes(values.mutants)) continue
  tried++
  let caught = 0
  for (let seed = 1; seed <= Number(values.bad); seed++) {
    const storage = await openOnOwnTarget(module)
    const outcome = await run(module, storage, rule, seed)
    await storage.close()
    if (outcome.status === "failed") caught++
  }
  if (20 * caught < 19 * Number(values.bad)) escaping++
  say(`${id}: caught in ${caught} of ${values.bad} runs by ${caughtBy}`)
}
say(`${alarms} alarms of good drivers; ${escaping} of ${tried} known-bad drivers caught in fewer than 19 of 20 runs`)
process.exitCode = alarms + escaping === 0 ? 0 : 1
