import { medianOf } from "../../cli/bench/statistics.ts"
import type { Mutant } from "../../fixtures/mutants/mutant.ts"
import type { SuiteName } from "../../suites/catalogue.ts"
import { noOverlap, type Overlap, sumOf } from "../../suites/concurrency/recording/overlap.ts"
import type { Alarm, Fate, Finding, GoodFinding, KnownBadFinding, Timing } from "./jobs.ts"

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

/** A known-bad driver, and the suite of the rule that must catch it. */
export interface ChosenMutant extends Mutant {
  readonly suite: SuiteName
}

/** How often a known-bad driver was caught where calls meet in one way. */
export interface Catches {
  readonly timing: Timing
  readonly runs: number
  readonly caught: number
  readonly byItsRule: number
}

export interface MutantResult extends Omit<Mutant, "module" | "caughtBy"> {
  readonly rule: string
  readonly suite: SuiteName
  /** Unknown where nothing was compared. */
  readonly subtle: boolean | undefined
  readonly fate: "by its rule" | "by another" | "survived"
  readonly catches: readonly Catches[]
  /** Under which seeds something else than its rule caught it, or nothing, and what. */
  readonly surprises: readonly string[]
  /** Tests of Distribution's suite, as they are written here again, that fail. */
  readonly distributionTests: readonly string[]
  readonly milliseconds: number
  readonly calls: number
}

export interface GoodResult {
  readonly id: string
  readonly suite: SuiteName
  readonly timing: Timing
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
  /** Processes that wanted to run at a time, on average over the last quarter of an hour. */
  readonly load: number
  readonly seeds: number
  readonly goodSeeds: number
  readonly short: boolean
  readonly compared: boolean
  /** Jobs for which there was no time. */
  readonly notBegun: number
  readonly milliseconds: number
}

export interface KillRate extends Run {
  readonly total: Row & {
    /** Known-bad drivers that were compared to the end. */
    readonly compared: number
    readonly subtle: number
    readonly sourced: number
    readonly goodDrivers: number
    readonly goodRuns: number
    readonly falseAlarms: number
    /** Known-bad drivers whose comparison came to no end. */
    readonly lost: number
  }
  readonly bySuite: readonly (Row & { readonly falseAlarms: number })[]
  /** How often the known-bad drivers were caught where clients call at once. */
  readonly byTiming: readonly Catches[]
  readonly byArea: readonly Row[]
  readonly mutants: readonly MutantResult[]
  readonly good: readonly GoodResult[]
  /** What became of comparisons that came to no end. */
  readonly lost: readonly { readonly id: string; readonly lost: string }[]
}

export function tally(
  findings: readonly Finding[],
  mutants: readonly ChosenMutant[],
  suites: readonly SuiteName[],
  run: Run,
): KillRate {
  const ofMutants = Map.groupBy(
    findings.filter((finding) => finding.kind !== "good"),
    ({ id }) => id,
  )
  const results = mutants.map((mutant) => resultOf(mutant, ofMutants.get(mutant.id) ?? []))
  const good = goodResults(findings.filter((finding) => finding.kind === "good"))
  const lost = findings.flatMap((finding) =>
    finding.kind === "comparison" && "lost" in finding.comparison ? { id: finding.id, lost: finding.comparison.lost } : [],
  )
  const alarmsOf = (of: readonly GoodResult[]): number => of.reduce((sum, { alarms }) => sum + alarms.length, 0)
  return {
    ...run,
    total: {
      ...rowOf("all", results),
      compared: results.filter(({ subtle }) => subtle !== undefined).length,
      subtle: results.filter(({ subtle }) => subtle).length,
      sourced: results.filter(({ source }) => source !== undefined).length,
      goodDrivers: new Set(good.map(({ id }) => id)).size,
      goodRuns: good.reduce((sum, { runs }) => sum + runs, 0),
      falseAlarms: alarmsOf(good),
      lost: lost.length,
    },
    bySuite: suites.map((name) => ({
      ...rowOf(
        name,
        results.filter(({ suite }) => suite === name),
      ),
      falseAlarms: alarmsOf(good.filter(({ suite }) => suite === name)),
    })),
    byTiming: timingsIn(results),
    byArea: [...Map.groupBy(results, ({ area }) => area)].map(([area, of]) => rowOf(area, of)),
    mutants: results,
    good,
    lost,
  }
}

/** Of how many runs a known-bad driver must be caught. By chance a run differs from the next, so that there 19 of 20 are enough. */
function demanded({ timing, runs }: Catches): number {
  return timing === "by chance" ? Math.max(1, Math.floor(0.95 * runs)) : runs
}

function resultOf(mutant: ChosenMutant, findings: readonly Exclude<Finding, GoodFinding>[]): MutantResult {
  const { module: _module, caughtBy: rule, ...described } = mutant
  const runs = findings.filter((finding) => finding.kind === "known-bad")
  const comparison = findings
    .flatMap((finding) => (finding.kind === "comparison" ? finding.comparison : []))
    .find((each) => "crude" in each)
  const costs = runs.flatMap(({ fate }) => (fate.caught === "not-at-all" ? [] : fate))
  const catches = [...Map.groupBy(runs, ({ timing }) => timing)].map(([timing, of]) => catchesOf(timing, of))
  return {
    ...described,
    rule,
    subtle: comparison && !comparison.crude,
    fate: fateOf(catches),
    catches,
    surprises: runs.flatMap(describeSurprise),
    distributionTests: comparison?.failed ?? [],
    milliseconds: wholeMedian(costs.map((one) => one.milliseconds)),
    calls: wholeMedian(costs.map((one) => one.calls)),
  }
}

function catchesOf(timing: Timing, findings: readonly KnownBadFinding[]): Catches {
  const count = (...ways: readonly Fate["caught"][]): number => findings.filter(({ fate }) => ways.includes(fate.caught)).length
  return { timing, runs: findings.length, caught: count("by-its-rule", "by-another"), byItsRule: count("by-its-rule") }
}

function fateOf(catches: readonly Catches[]): MutantResult["fate"] {
  if (catches.length === 0 || catches.some((one) => one.caught < demanded(one))) return "survived"
  return catches.every((one) => one.byItsRule >= demanded(one)) ? "by its rule" : "by another"
}

function describeSurprise({ seed, timing, fate }: KnownBadFinding): readonly string[] {
  if (fate.caught === "by-its-rule") return []
  const what = fate.caught === "by-another" ? fate.rule : `not caught (${fate.itsRule})`
  return [`seed ${seed}${timing === "alone" ? "" : `, ${timing}`}: ${what}`]
}

function timingsIn(results: readonly MutantResult[]): readonly Catches[] {
  const catches = results.flatMap((result) => result.catches).filter(({ timing }) => timing !== "alone")
  return [...Map.groupBy(catches, ({ timing }) => timing)].map(([timing, of]) => {
    const sum = (count: (one: Catches) => number): number => of.reduce((total, one) => total + count(one), 0)
    return { timing, runs: sum(({ runs }) => runs), caught: sum(({ caught }) => caught), byItsRule: sum((one) => one.byItsRule) }
  })
}

function goodResults(findings: readonly GoodFinding[]): readonly GoodResult[] {
  const groups = Map.groupBy(findings, ({ id, suite, timing }) => `${id}\n${suite}\n${timing}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    return {
      id: first.id,
      suite: first.suite,
      timing: first.timing,
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
    milliseconds: wholeMedian(results.map((result) => result.milliseconds)),
    calls: wholeMedian(results.map((result) => result.calls)),
  }
}

/** The median of whole numbers as one, or of none 0. */
function wholeMedian(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.round(medianOf(values))
}
