import { parseArgs } from "node:util"
import azure from "../drivers/azure/index.ts"
import type { DriverModule } from "../drivers/define.ts"
import filesystem from "../drivers/filesystem/index.ts"
import inmemory from "../drivers/inmemory/index.ts"
import { loadMutants } from "../fixtures/mutants/catalogue.ts"
import { unusualDrivers } from "../fixtures/mutants/unusual.ts"
import { loadAllRules } from "../suites/catalogue.ts"
import { openStorage, targetOf, targetStartLimit, validateParameters } from "../suites/execution/opening.ts"
import type { RuleOutcome } from "../suites/execution/outcome.ts"
import { runRule } from "../suites/execution/run-rule.ts"
import { resolveCapabilities } from "../suites/needs.ts"
import type { Rule } from "../suites/rule.ts"

/**
 * The suite's own figures over many seeds, `npm run evidence -- --seeds 20`: rules that accuse a good driver (there should be none),
 * and known-bad drivers that escape the rule meant for them (none either). Ends with exit code 1 where there is one.
 */

const { values } = parseArgs({ options: { seeds: { type: "string", default: "20" } } })
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1)
const rules = await loadAllRules()

/** Runs rules under each seed on one storage, and gives what came of those that did not pass. */
async function run(
  module: DriverModule,
  chosen: readonly Rule[],
  accepted: readonly RuleOutcome["status"][],
): Promise<readonly string[]> {
  const target = await (await targetOf(module))?.start({ signal: AbortSignal.timeout(targetStartLimit) })
  const validated = await validateParameters(module, target?.parameters ?? {})
  if (!validated.valid) throw new Error(`${module.name}: ${JSON.stringify(validated.issues)}`)
  const storage = await openStorage(module, validated.value, targetStartLimit)
  const surprises: string[] = []
  try {
    for (const seed of seeds) {
      for (const rule of chosen) {
        const outcome = await runRule(rule, {
          storage,
          surroundings: { capabilities: resolveCapabilities(module.capabilities, storage.capabilities), ownStorage: true },
          limits: { call: 10_000 },
          runFolder: `/conformance-evidence-${seed}`,
          seed,
        })
        if (!accepted.includes(outcome.status)) surprises.push(`${rule.id}, seed ${seed}: ${outcome.status} ${explain(outcome)}`)
      }
    }
  } finally {
    await storage.close()
    await target?.stop()
  }
  return surprises
}

function explain(outcome: RuleOutcome): string {
  if ("reason" in outcome) return `(${outcome.reason})`
  return outcome.status === "passed" ? "" : `(expected ${outcome.failure.expected}, got ${outcome.failure.actual})`
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const good: readonly (readonly [string, DriverModule])[] = [
  ...[inmemory, filesystem, azure].map((module) => [module.name, module] as const),
  ...unusualDrivers.map(({ id, module }) => [`unusual: ${id}`, module] as const),
]
let alarms = 0
for (const [name, module] of good) {
  const started = performance.now()
  const surprises = await run(module, [...rules.values()], ["passed", "not-run"])
  alarms += surprises.length
  say(
    `${name}: ${surprises.length} false alarms in ${rules.size} rules × ${seeds.length} seeds, ${Math.round((performance.now() - started) / 1_000)} s`,
  )
  for (const surprise of surprises) say(`  ${surprise}`)
}

let escapes = 0
const mutants = await loadMutants()
for (const { id, caughtBy, module } of mutants) {
  const rule = rules.get(caughtBy)
  if (rule === undefined) throw new Error(`${id}: there is no rule ${caughtBy}`)
  const surprises = await run(module, [rule], ["failed"])
  escapes += surprises.length
  for (const surprise of surprises) say(`${id} escaped: ${surprise}`)
}
const caught = new Set(mutants.map(({ caughtBy }) => caughtBy)).size
say(`${mutants.length} known-bad drivers × ${seeds.length} seeds: ${escapes} escapes; ${caught} of ${rules.size} rules have one`)
say(`${alarms} false alarms`)
process.exitCode = alarms + escapes === 0 ? 0 : 1
