import type { Mutant } from "../../fixtures/mutants/mutant.ts"
import type { Suite } from "../../suites/catalogue.ts"
import type { Alarm, ComparisonFinding, Finding, GoodFinding, KnownBadFinding } from "./jobs.ts"

/** What came of a set of known-bad drivers. */
export interface Row {
  readonly name: string
  readonly mutants: number
  /** Caught by the rule meant for it under every seed; caught under every seed, sometimes by another rule; neither. */
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
  readonly subtle: boolean
  readonly fate: "by its rule" | "by another" | "survived"
  /** Under which seeds something else than its rule caught it, or nothing, and what. */
  readonly surprises: readonly string[]
  /** Tests of Distribution's suite, as they are written here again, that fail. */
  readonly distributionTests: readonly string[]
  readonly milliseconds: number
  readonly calls: number
}

interface GoodResult {
  readonly id: string
  readonly suite: string
  /** Rules × seeds. */
  readonly runs: number
  readonly alarms: readonly (Alarm & { readonly seed: number })[]
}

export interface KillRate {
  readonly seeds: number
  readonly milliseconds: number
  readonly total: Row & {
    readonly subtle: number
    readonly sourced: number
    readonly goodDrivers: number
    readonly goodRuns: number
    readonly falseAlarms: number
  }
  readonly bySuite: readonly (Row & { readonly falseAlarms: number })[]
  readonly byArea: readonly Row[]
  readonly mutants: readonly MutantResult[]
  readonly good: readonly GoodResult[]
}

export function tally(
  findings: readonly Finding[],
  mutants: readonly Mutant[],
  suites: readonly Suite[],
  { seeds, milliseconds }: { readonly seeds: number; readonly milliseconds: number },
): KillRate {
  const results = mutants.map((mutant) => resultOf(mutant, suites, findings))
  const good = goodResults(findings.filter((finding) => finding.kind === "good"))
  const alarmsOf = (of: readonly GoodResult[]): number => of.reduce((sum, { alarms }) => sum + alarms.length, 0)
  return {
    seeds,
    milliseconds,
    total: {
      ...rowOf("all", results),
      subtle: results.filter(({ subtle }) => subtle).length,
      sourced: results.filter(({ source }) => source !== undefined).length,
      goodDrivers: new Set(good.map(({ id }) => id)).size,
      goodRuns: good.reduce((sum, { runs }) => sum + runs, 0),
      falseAlarms: alarmsOf(good),
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
  }
}

function resultOf(mutant: Mutant, suites: readonly Suite[], findings: readonly Finding[]): MutantResult {
  const own = findings.filter(({ id }) => id === mutant.id)
  const runs = own.filter((finding) => finding.kind === "known-bad")
  const comparison = own.find((finding): finding is ComparisonFinding => finding.kind === "comparison")
  const { module: _module, caughtBy: rule, ...described } = mutant
  const fates = runs.map(({ fate }) => fate)
  const caught = fates.filter((fate) => fate.caught !== "not-at-all")
  return {
    ...described,
    rule,
    suite: suites.find(({ rules }) => rules.some(({ id }) => id === rule))?.name ?? "",
    subtle: comparison?.crude === false,
    fate:
      caught.length < fates.length
        ? "survived"
        : caught.every((one) => one.caught === "by-its-rule")
          ? "by its rule"
          : "by another",
    surprises: runs.flatMap(describeSurprise),
    distributionTests: comparison?.failed ?? [],
    milliseconds: median(caught.map((one) => one.milliseconds)),
    calls: median(caught.map((one) => one.calls)),
  }
}

function describeSurprise({ fate, seed }: KnownBadFinding): readonly string[] {
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
