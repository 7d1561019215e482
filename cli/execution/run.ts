import { loadAllRules, type Suite } from "../../suites/catalogue.ts"
import type { ProbeAnswer } from "../../suites/execution/confirm.ts"
import type { RuleOutcome } from "../../suites/execution/outcome.ts"
import type { Rule } from "../../suites/rule.ts"
import type { CertifyOptions } from "../input/certify-options.ts"
import { tokenOf } from "../input/saved-sequences.ts"
import { createProgress } from "../reports/progress.ts"
import { replayCommand, replaySequenceCommand } from "../reports/replay-command.ts"
import type { KnownFailure, RuleResult, RunResult, ToldRule } from "../reports/result.ts"
import { verdictOf, worstOf } from "../reports/verdict.ts"
import { packageVersion } from "../version.ts"
import type { Backend, DriverModuleLocation } from "./backend.ts"
import { Conductor } from "./conductor.ts"
import { concurrencyOf } from "./effort.ts"
import type { Interruption } from "./interrupts.ts"
import type { PreparedStorage } from "./prepare-storage.ts"
import { answerForRules } from "./rule-channel.ts"
import { runWithVitest } from "./vitest-run.ts"

export interface RunPlan {
  readonly reference: string
  readonly options: CertifyOptions
  readonly startedAt: Date
  /** The suite; under the name that the verdict is to have. */
  readonly suite: Omit<Suite, "name"> & { readonly name: string }
  /** Those that were chosen. */
  readonly rules: readonly Rule[]
  readonly knownFailures: readonly KnownFailure[]
  readonly storage: PreparedStorage
  readonly backend: Backend
  readonly location: DriverModuleLocation
  readonly interruption: Interruption
}

const probeLimit = 5_000

/** Runs the chosen rules on a prepared storage, cleans up, and gives the result. */
export async function performRun(plan: RunPlan): Promise<RunResult> {
  const { options, rules, storage, backend } = plan
  const concurrency = concurrencyOf(options)
  const { stderr } = process
  const progress = createProgress({
    stream: stderr,
    live: stderr.isTTY === true,
    colour: stderr.isTTY === true && stderr.hasColors(),
  })
  let silence: Silence | undefined
  const probe = async (): Promise<ProbeAnswer> => {
    const answer = storage.redactor.deep(await backend.probe(Math.min(options.timeout, probeLimit)))
    if (!answer.answers) silence ??= answer
    return answer
  }
  const levels = new Map(rules.map(({ id, level }) => [id, level]))
  const conductor = new Conductor({
    module: plan.location,
    open: storage.request,
    concurrency,
    redact: storage.redactor.deep,
    probe,
    room: () => backend.room(),
    onStarted: (ruleId) => progress.started(ruleId),
    onFinished: (outcome) => progress.finished({ id: outcome.ruleId, level: levels.get(outcome.ruleId) ?? "MUST", outcome }),
  })
  if (!storage.reachable.answers) conductor.giveUp(storage.reachable.reason)
  const deadline = options.deadline === undefined ? undefined : setTimeout(() => conductor.stop("time ran out"), options.deadline)
  plan.interruption.requested.then((signal) => conductor.stop(`interrupted by ${signal}`))
  const stopAnswering = answerForRules((ruleId) => conductor.run(ruleId))
  progress.total(rules.length)
  try {
    await runWithVitest({ files: plan.suite.files, rules, concurrency, passThrough: options.vitest })
  } finally {
    clearTimeout(deadline)
    stopAnswering()
    await conductor.end()
    progress.done()
  }
  // What a rule expects to fail also fails where nobody is there: a backend that died last must not have kept any rule.
  if (conductor.stopped === undefined && !(await probe()).answers) conductor.noteGone()
  const left = storage.request.ownStorage || !storage.reachable.answers ? [] : await backend.cleanUp(conductor.uploads)
  const notes = [
    ...conductor.leftovers,
    ...storage.redactor.deep(left),
    ...(silence === undefined ? [] : [describeSilence(silence)]),
  ]
  return resultOf(plan, conductor, notes)
}

type Silence = Extract<ProbeAnswer, { readonly answers: false }>

function describeSilence({ reason, output }: Silence): string {
  const printed = output === undefined || output === "" ? "" : `\nIts output ends with:\n${output}`
  return `the backend did not answer: ${reason}${printed}`
}

async function resultOf(plan: RunPlan, conductor: Conductor, notes: readonly string[]): Promise<RunResult> {
  const { options, storage, suite } = plan
  const outcomes = plan.rules.map((rule) => [rule, conductor.outcomes.get(rule.id) ?? missing(rule, conductor)] as const)
  // A sequence of calls may break any rule, of whichever suite; most runs need not load them all.
  const others = outcomes.some(([, outcome]) => brokenRuleOf(outcome) !== undefined) ? await loadAllRules() : undefined
  const results = outcomes.flatMap(([rule, outcome]) => ruleResult(rule, plan, outcome, others?.get(brokenRuleOf(outcome) ?? "")))
  const verdict = verdictOf(results, options.strict, conductor.gone)
  const suites = [{ name: suite.name, verdict, chosen: results.length, total: suite.rules.length, rules: results }]
  return {
    version: packageVersion(),
    driver: { name: storage.driver.name, reference: plan.reference },
    backend: storage.description,
    seed: storage.request.seed,
    startedAt: plan.startedAt.toISOString(),
    milliseconds: Date.now() - plan.startedAt.getTime(),
    strict: options.strict,
    suites,
    verdict: worstOf(suites, conductor.gone),
    ...(conductor.stopped === undefined ? {} : { endedEarly: storage.redactor.deep(conductor.stopped) }),
    notes,
  }
}

/** A rule that was never asked for was either left out by Vitest's own filters, or the run ended before its turn. */
function missing(rule: Rule, conductor: Conductor): RuleOutcome | undefined {
  if (conductor.stopped === undefined) return undefined
  return {
    ruleId: rule.id,
    checks: 0,
    calls: 0,
    milliseconds: 0,
    status: "inconclusive",
    because: "stopped",
    reason: conductor.stopped,
  }
}

/** Id of the rule that was broken, where it is another one than the one that was run. */
function brokenRuleOf(outcome: RuleOutcome | undefined): string | undefined {
  return outcome?.status === "failed" ? outcome.failure.brokenRule : undefined
}

function ruleResult(rule: Rule, plan: RunPlan, outcome: RuleOutcome | undefined, broken: Rule | undefined): RuleResult[] {
  if (outcome === undefined) return []
  const knownFailure = plan.knownFailures.find((known) => known.rule === rule.id)
  const { reference, options, storage } = plan
  const replayed = {
    reference,
    suite: plan.options.suite,
    seed: storage.request.seed,
    timeout: options.timeout,
    options: storage.replayOptions,
  }
  const sequence = outcome.status === "failed" ? outcome.failure.sequence : undefined
  const replay =
    sequence === undefined
      ? replayCommand(rule.id, replayed)
      : replaySequenceCommand(tokenOf({ rule: rule.id, driver: reference, commands: sequence.commands }), replayed)
  return [
    {
      ...told(rule),
      outcome,
      replay,
      ...(broken === undefined ? {} : { breaks: told(broken) }),
      ...(knownFailure === undefined ? {} : { knownFailure }),
    },
  ]
}

function told({ id, level, statement, why, source }: Rule): ToldRule {
  return { id, level, statement, why, source }
}
