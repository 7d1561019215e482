import { probeStorage } from "../../cli/driver-process/storage.ts"
import { loneProcesses } from "../../cli/lone-process/client.ts"
import type { DriverModule } from "../../drivers/define.ts"
import { loadMutants, urlOfMutant } from "../../fixtures/mutants/catalogue.ts"
import type { Mutant } from "../../fixtures/mutants/mutant.ts"
import { loadSuite, suiteNames } from "../../suites/catalogue.ts"
import { noOverlap, type Overlap, sumOf } from "../../suites/concurrency/recording/overlap.ts"
import { confirmOutcome } from "../../suites/execution/confirm.ts"
import {
  type OwnStorage,
  openOnOwnTarget,
  openStorage,
  targetStartLimit,
  validateParameters,
} from "../../suites/execution/opening.ts"
import type { RuleOutcome } from "../../suites/execution/outcome.ts"
import type { Rule } from "../../suites/rule.ts"
import { runOnStorage, type TestRunOptions } from "../../suites/test-run.ts"
import { runTests } from "./distribution-tests.ts"
import { effortFor } from "./effort.ts"
import { goodDrivers } from "./good-drivers.ts"
import type { Alarm, Answer, Fate, GoodFinding, RuleJob, Task } from "./jobs.ts"
import { tryPlainUse } from "./plain-use.ts"

/** Milliseconds in which a backend must answer, or nothing that hung or met a network error is laid at the driver's door. */
const probeLimit = 10_000

const suites = await Promise.all(suiteNames.map((name) => loadSuite(name)))
const mutants = new Map((await loadMutants()).map((mutant) => [mutant.id, mutant]))

/** Does one job: what a process of the pool is handed, one at a time. */
export default async function work(task: Task): Promise<Answer> {
  const { job } = task
  switch (job.kind) {
    case "good": {
      const rules = suites.find(({ name }) => name === job.suite)?.rules ?? []
      const started = performance.now()
      const { value, abandoned } = await runGood(known(goodDrivers, job.id).module, rules, job, task)
      const milliseconds = Math.round(performance.now() - started)
      return { finding: { ...job, ...value, rules: rules.length, milliseconds }, abandoned }
    }
    case "known-bad": {
      const { value: fate, abandoned } = await fateOf(known(mutants, job.id), job, task)
      return { finding: { ...job, fate }, abandoned }
    }
    case "comparison": {
      const { module } = known(mutants, job.id)
      const plainUse = await onStorage(module, task, ({ storage, folder }) => tryPlainUse(storage, folder))
      const { failed, late } = await onStorage(module, task, (opened) => runTests(opened))
      const comparison = { crude: plainUse !== "holds", failed }
      return { finding: { ...job, comparison }, abandoned: plainUse === "late" || late > 0 }
    }
  }
}

function known<Value>(all: ReadonlyMap<string, Value>, id: string): Value {
  const value = all.get(id)
  if (value === undefined) throw new Error(`there is no driver ${id}`)
  return value
}

/** What came of several rules, and whether one of them abandoned a call that hung. */
interface Judged<Value> {
  readonly value: Value
  readonly abandoned: boolean
}

function runGood(
  module: DriverModule,
  rules: readonly Rule[],
  job: RuleJob,
  task: Task,
): Promise<Judged<Pick<GoodFinding, "alarms" | "overlap">>> {
  return judged(module, job, task, async (run) => {
    const alarms: Alarm[] = []
    let overlap: Overlap | undefined
    for (const rule of rules) {
      const outcome = await run(rule)
      if (outcome.overlap !== undefined) overlap = sumOf(overlap ?? noOverlap, outcome.overlap)
      if (outcome.status === "passed" || outcome.status === "not-run") continue
      alarms.push({ rule: rule.id, status: outcome.status, reason: reasonOf(outcome) })
    }
    return { alarms, overlap }
  })
}

/** Asks the rule that is meant for the bug first, and the others only where it says nothing. */
function fateOf({ id, caughtBy, module }: Mutant, job: RuleJob, task: Task): Promise<Judged<Fate>> {
  const suite = suites.find(({ rules }) => rules.some((rule) => rule.id === caughtBy))
  const itsRule = suite?.rules.find((rule) => rule.id === caughtBy)
  if (suite === undefined || itsRule === undefined) throw new Error(`${id}: there is no rule ${caughtBy}`)
  return judged(module, job, task, async (run) => {
    const first = await run(itsRule)
    if (first.status === "failed") return { caught: "by-its-rule", rule: caughtBy, ...costOf(first) }
    for (const rule of suite.rules) {
      if (rule === itsRule) continue
      const outcome = await run(rule)
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

type RunRule = (rule: Rule) => Promise<RuleOutcome>

async function judged<Value>(
  module: DriverModule,
  job: RuleJob,
  task: Task,
  judge: (run: RunRule) => Promise<Value>,
): Promise<Judged<Value>> {
  return onStorage(module, task, async ({ storage, folder }) => {
    let abandoned = false
    const value = await judge(async (rule) => {
      const ran = await runOnStorage(module, storage, rule, { ...optionsFor(job, task), folder })
      const outcome = await confirmOutcome(ran, () => probeStorage(probeLimit, undefined, storage))
      if ("failure" in outcome && outcome.failure?.doubt === "hung") abandoned = true
      return outcome
    })
    return { value, abandoned }
  })
}

function optionsFor(job: RuleJob, { effort }: Task): Omit<TestRunOptions, "folder"> {
  const { kind, id, seed } = job
  const url = kind === "good" ? known(goodDrivers, id).url : urlOfMutant(id)
  const processes = url && (({ parameters }: OwnStorage) => loneProcesses({ url, reference: id, parameters }))
  const spread = kind === "good" ? undefined : known(mutants, id).processes
  return { seed, ...effortFor(job, effort), ...(processes && { processes }), spread }
}

export interface Opened {
  readonly module: DriverModule
  readonly storage: OwnStorage
  /** Nothing is in it yet, and nobody else writes there. */
  readonly folder: string
}

let folders = 0

/** Lends a storage of its own, or, since Azurite takes a second to start, a folder in the one that all processes share. */
async function onStorage<Value>(
  module: DriverModule,
  { azurite }: Task,
  use: (opened: Opened) => Promise<Value>,
): Promise<Value> {
  const shared = module.target === "azurite" && azurite !== undefined
  const storage = shared ? await openOnAzurite(module, azurite) : await openOnOwnTarget(module)
  try {
    return await use({ module, storage, folder: `/kill-rate-${process.pid}-${folders++}` })
  } finally {
    await storage.close()
  }
}

async function openOnAzurite(module: DriverModule, azurite: Readonly<Record<string, unknown>>): Promise<OwnStorage> {
  const validated = await validateParameters(module, azurite)
  if (!validated.valid) throw new Error(`${module.name}: ${JSON.stringify(validated.issues)}`)
  return { ...(await openStorage(module, validated.value, targetStartLimit)), parameters: azurite }
}
