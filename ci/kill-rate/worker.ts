import { loneProcesses } from "../../cli/lone-process/client.ts"
import type { DriverModule } from "../../drivers/define.ts"
import { loadMutants, urlOfMutant } from "../../fixtures/mutants/catalogue.ts"
import type { Mutant } from "../../fixtures/mutants/mutant.ts"
import { loadSuite, suiteNames } from "../../suites/catalogue.ts"
import {
  type OwnStorage,
  openOnOwnTarget,
  openStorage,
  targetStartLimit,
  validateParameters,
} from "../../suites/execution/opening.ts"
import type { RuleOutcome } from "../../suites/execution/outcome.ts"
import { runRule } from "../../suites/execution/run-rule.ts"
import { resolveCapabilities } from "../../suites/needs.ts"
import type { Rule } from "../../suites/rule.ts"
import { failingTests } from "./distribution-tests.ts"
import { goodDrivers } from "./good-drivers.ts"
import type { Alarm, Fate, Finding, Task } from "./jobs.ts"
import { survivesPlainUse } from "./plain-use.ts"

const suites = await Promise.all(suiteNames.map((name) => loadSuite(name)))
const mutants = new Map((await loadMutants()).map((mutant) => [mutant.id, mutant]))

/** Does one job: what a process of the pool is handed, one at a time. */
export default async function work(task: Task): Promise<Finding> {
  const { job } = task
  switch (job.kind) {
    case "good": {
      const rules = suites.find(({ name }) => name === job.suite)?.rules ?? []
      const started = performance.now()
      const alarms = await runGood(known(goodDrivers, job.id), rules, task)
      return { ...job, rules: rules.length, alarms, milliseconds: Math.round(performance.now() - started) }
    }
    case "known-bad":
      return { ...job, fate: await fateOf(known(mutants, job.id), task) }
    case "comparison": {
      const { module } = known(mutants, job.id)
      const crude = !(await onStorage(module, task, ({ storage, folder }) => survivesPlainUse(storage, folder)))
      return { ...job, crude, failed: await onStorage(module, task, (opened) => failingTests(opened)) }
    }
  }
}

function known<Value>(all: ReadonlyMap<string, Value>, id: string): Value {
  const value = all.get(id)
  if (value === undefined) throw new Error(`there is no driver ${id}`)
  return value
}

async function runGood(module: DriverModule, rules: readonly Rule[], task: Task): Promise<readonly Alarm[]> {
  return onStorage(module, task, async (opened) => {
    const alarms: Alarm[] = []
    for (const rule of rules) {
      const outcome = await run(rule, opened, task)
      if (outcome.status === "passed" || outcome.status === "not-run") continue
      alarms.push({ rule: rule.id, status: outcome.status, reason: reasonOf(outcome) })
    }
    return alarms
  })
}

/** Asks the rule that is meant for the bug first, and the others only where it says nothing. */
async function fateOf({ id, caughtBy, module }: Mutant, task: Task): Promise<Fate> {
  const suite = suites.find(({ rules }) => rules.some((rule) => rule.id === caughtBy))
  const itsRule = suite?.rules.find((rule) => rule.id === caughtBy)
  if (suite === undefined || itsRule === undefined) throw new Error(`${id}: there is no rule ${caughtBy}`)
  return onStorage(module, task, async (opened) => {
    const first = await run(itsRule, opened, task)
    if (first.status === "failed") return { caught: "by-its-rule", rule: caughtBy, ...costOf(first) }
    for (const rule of suite.rules) {
      if (rule === itsRule) continue
      const outcome = await run(rule, opened, task)
      if (outcome.status === "failed") return { caught: "by-another", rule: rule.id, ...costOf(outcome) }
    }
    return { caught: "not-at-all", itsRule: `${first.status} ${reasonOf(first)}`.trim() }
  })
}

function costOf({ calls, milliseconds }: RuleOutcome): Pick<RuleOutcome, "calls" | "milliseconds"> {
  return { calls, milliseconds }
}

function reasonOf(outcome: RuleOutcome): string {
  if ("reason" in outcome) return outcome.reason
  return "failure" in outcome ? `expected ${outcome.failure.expected}, got ${outcome.failure.actual}` : ""
}

export interface Opened {
  readonly module: DriverModule
  readonly storage: OwnStorage
  /** Nothing is in it yet, and nobody else writes there. */
  readonly folder: string
}

let folders = 0

/** Lends a storage of its own, or, since Azurite takes a second to start, a folder in the one that all processes share. */
async function onStorage<Value>(module: DriverModule, task: Task, use: (opened: Opened) => Promise<Value>): Promise<Value> {
  const storage = module.target === "azurite" ? await openOnAzurite(module, task) : await openOnOwnTarget(module)
  try {
    return await use({ module, storage, folder: `/kill-rate-${process.pid}-${folders++}` })
  } finally {
    await storage.close()
  }
}

async function openOnAzurite(module: DriverModule, { azurite }: Task): Promise<OwnStorage> {
  const validated = await validateParameters(module, azurite)
  if (!validated.valid) throw new Error(`${module.name}: ${JSON.stringify(validated.issues)}`)
  return { ...(await openStorage(module, validated.value, targetStartLimit)), parameters: azurite }
}

function run(rule: Rule, { module, storage, folder }: Opened, { job }: Task): Promise<RuleOutcome> {
  const capabilities = resolveCapabilities(module.capabilities, storage.capabilities)
  const { parameters } = storage
  // Rules that start processes need a module that these can load: known-bad drivers have one each.
  const processes = job.kind === "good" ? undefined : loneProcesses({ url: urlOfMutant(job.id), reference: job.id, parameters })
  return runRule(rule, {
    storage,
    surroundings: { capabilities, ownStorage: true, processes },
    limits: { call: 10_000 },
    runFolder: folder,
    seed: job.seed,
  })
}
