import type { Mutant } from "../../fixtures/mutants/mutant.ts"
import type { Suite } from "../../suites/catalogue.ts"
import { noOverlap, type Overlap, sumOf } from "../../suites/concurrency/recording/overlap.ts"
import type { Alarm, Fate, Finding, GoodFinding } from "./jobs.ts"

/** What came of a set of known-bad drivers. */
export interface Row {
  readonly name: string
  readonly mutants: number
  /** Caught as often as they must be, and each time by the rule meant for them; by another rule at times; neither. */
  readonly byItsRule: number
  readonly byAnother: number
  readonly survived: number
  /** How many Distribution's own suite would see, by the estimate. */
  readonly distribution: number
  /** Medians of what the rule that caught it took, shrinking included. */
  readonly milliseconds: number
  readonly calls: number
}

export interface MutantResult extends Omit<Mutant, "module" | "caughtBy"> {
  readonly rule: string
  readonly suite: string
  /** Unknown where nothing was compared. */
  readonly subtle: boolean | undefined
  readonly fate: "by its rule" | "by another" | "survived"
  /** Under how many of the seeds something caught it. */
  readonly caught: number
  /** Under which seeds something else than its rule caught it, or nothing, and what. */
  readonly surprises: readonly string[]
  /** Tests of Distribution's suite, as they are written here again, that fail. */
  readonly distributionTests: readonly string[]
  readonly milliseconds: number
  readonly calls: number
}

export interface GoodResult {
  readonly id: string
  readonly suite: string
  /** Rules × seeds. */
  readonly runs: number
  readonly alarms: readonly (Alarm & { readonly seed: number })[]
  readonly overlap: Overlap | undefined
}

/** What was run. */
export interface Run {
  readonly command: string
  /** Of the machine. */
  readonly cores: number
  readonly seeds: number
  readonly short: boolean
  readonly compared: boolean
  readonly milliseconds: number
}

export interface KillRate extends Run {
  readonly total: Row & {
    readonly subtle: number
    readonly sourced: number
    readonly goodDrivers: number
    readonly goodRuns: number
    readonly falseAlarms: number
    /** Known-bad drivers whose comparison came to no end. */
    readonly lost: number
  }
  readonly bySuite: readonly (Row & { readonly falseAlarms: number })[]
  readonly byArea: readonly Row[]
  readonly mutants: readonly MutantResult[]
  readonly good: readonly GoodResult[]
  /** What became of comparisons that came to no end. */
  readonly lost: readonly { readonly id: string; readonly lost: string }[]
}

export function tally(findings: readonly Finding[], mutants: readonly Mutant[], suites: readonly Suite[], run: Run): KillRate {
  const ofMutants = Map.groupBy(
    findings.filter((finding) => finding.kind !== "good"),
    ({ id }) => id,
  )
  const results = mutants.map((mutant) => resultOf(mutant, suites, ofMutants.get(mutant.id) ?? []))
  const good = goodResults(findings.filter((finding) => finding.kind === "good"))
  const lost = findings.flatMap((finding) =>
    finding.kind === "comparison" && "lost" in finding.comparison ? { id: finding.id, lost: finding.comparison.lost } : [],
  )
  const alarmsOf = (of: readonly GoodResult[]): number => of.reduce((sum, { alarms }) => sum + alarms.length, 0)
  return {
    ...run,
    total: {
      ...rowOf("all", results),
      subtle: results.filter(({ subtle }) => subtle).length,
      sourced: results.filter(({ source }) => source !== undefined).length,
      goodDrivers: new Set(good.map(({ id }) => id)).size,
      goodRuns: good.reduce((sum, { runs }) => sum + runs, 0),
      falseAlarms: alarmsOf(good),
      lost: lost.length,
    },
    bySuite: suites.map(({ name }) => ({
      ...rowOf(
        name,
        results.filter(({ suite }) => suite === name),
      ),
      falseAlarms: alarmsOf(good.filter(({ suite }) => suite === name)),
    })),
    byArea: [...Map.groupBy(results, ({ area }) => area)].map(([area, of]) => rowOf(area, of)),
    mutants: results,
    good,
    lost,
  }
}

/**
 * Of how many seeds a known-bad driver must be caught. What clients at once come to differs from run to run, so that there 19 of 20 are
 * enough; everywhere else the seed decides.
 */
function demanded(suite: string, seeds: number): number {
  return suite === "concurrency" ? Math.max(1, Math.floor(0.95 * seeds)) : seeds
}

function resultOf(mutant: Mutant, suites: readonly Suite[], findings: readonly Exclude<Finding, GoodFinding>[]): MutantResult {
  const { module: _module, caughtBy: rule, ...described } = mutant
  const suite = suites.find(({ rules }) => rules.some(({ id }) => id === rule))?.name ?? ""
  const runs = findings.flatMap((finding) => (finding.kind === "known-bad" ? finding : []))
  const comparison = findings
    .flatMap((finding) => (finding.kind === "comparison" ? finding.comparison : []))
    .find((each) => "crude" in each)
  const caught = runs.flatMap(({ fate }) => (fate.caught === "not-at-all" ? [] : fate))
  return {
    ...described,
    rule,
    suite,
    subtle: comparison && !comparison.crude,
    fate: fateOf(caught, demanded(suite, runs.length)),
    caught: caught.length,
    surprises: runs.flatMap(({ seed, fate }) => describeSurprise(seed, fate)),
    distributionTests: comparison?.failed ?? [],
    milliseconds: median(caught.map((one) => one.milliseconds)),
    calls: median(caught.map((one) => one.calls)),
  }
}

function fateOf(caught: readonly Fate[], least: number): MutantResult["fate"] {
  if (caught.length < least) return "survived"
  return caught.every((one) => one.caught === "by-its-rule") ? "by its rule" : "by another"
}

function describeSurprise(seed: number, fate: Fate): readonly string[] {
  if (fate.caught === "by-its-rule") return []
  return [`seed ${seed}: ${fate.caught === "by-another" ? fate.rule : `not caught (${fate.itsRule})`}`]
}

function goodResults(findings: readonly GoodFinding[]): readonly GoodResult[] {
  const groups = Map.groupBy(findings, ({ id, suite }) => `${id}\n${suite}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    return {
      id: first.id,
      suite: first.suite,
      runs: group.reduce((sum, { rules }) => sum + rules, 0),
      alarms: group.flatMap(({ alarms, seed }) => alarms.map((alarm) => ({ ...alarm, seed }))),
      overlap: group
        .flatMap(({ overlap }) => overlap ?? [])
        .reduce<Overlap | undefined>((sum, each) => sumOf(sum ?? noOverlap, each), undefined),
    }
  })
}

function rowOf(name: string, results: readonly MutantResult[]): Row {
  const count = (fate: MutantResult["fate"]): number => results.filter((result) => result.fate === fate).length
  return {
    name,
    mutants: results.length,
    byItsRule: count("by its rule"),
    byAnother: count("by another"),
    survived: count("survived"),
    distribution: results.filter(({ distributionTests }) => distributionTests.length > 0).length,
    milliseconds: median(results.map((result) => result.milliseconds)),
    calls: median(results.map((result) => result.calls)),
  }
}

/** The middle one of the values, or of none 0. */
function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}
