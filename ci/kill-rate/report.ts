import { describeOverlap } from "../../suites/concurrency/recording/overlap.ts"
import type { Finding, Timing } from "./jobs.ts"
import type { Catches, GoodResult, KillRate, MutantResult, Row } from "./tally.ts"

/** What is worth saying of a finding at once: escapes, false alarms, and what came to no end. */
export function describeFinding(finding: Finding): readonly string[] {
  switch (finding.kind) {
    case "good": {
      const { id, suite, seed, timing, rules, alarms, milliseconds } = finding
      return [
        `${id}, ${suite}${told(timing)}, seed ${seed}: ${alarms.length} false alarms in ${rules} rules, ${(milliseconds / 1_000).toFixed(1)} s`,
        ...alarms.map(({ rule, status, reason }) => `  FALSE ALARM ${rule}: ${status} ${reason}`),
      ]
    }
    case "known-bad": {
      const { id, seed, timing, fate } = finding
      const which = `${id}, seed ${seed}${told(timing)}`
      if (fate.caught === "by-its-rule") return []
      if (fate.caught === "by-another") return [`${which}: caught by ${fate.rule}, not by its rule`]
      return [`${which}: SURVIVED; of its rule: ${fate.itsRule}`]
    }
    case "comparison":
      return "lost" in finding.comparison ? [`${finding.id}: COMPARED WITH NOTHING: ${finding.comparison.lost}`] : []
  }
}

function told(timing: Timing): string {
  return timing === "alone" ? "" : `, ${timing}`
}

/** The figures in a few lines, for a terminal. */
export function summaryOf(rate: KillRate): string {
  return [...(rate.short ? [short, ""] : []), figures(rate), "", bySuite(rate)].join("\n")
}

/** The figures as Markdown: `docs/kill-rate.md`. */
export function renderMarkdown(rate: KillRate): string {
  const lines = [
    "# Kill rate",
    "",
    "A conformance suite is worth what it catches. Each known-bad driver of [fixtures/mutants](../fixtures/mutants) has one realistic",
    "bug, and names the rule that its author should read; that rule, or failing it another one of its suite, has to catch it. Each good",
    "driver, those that come with the suite and those that are legal and do what others do not, has to pass every rule.",
    "",
    `Written by \`${rate.command}\` on a machine with ${rate.cores} cores, for which ${rate.load}`,
    "processes were waiting on average: a busy one is slower, and runs fewer workloads of clients that meet by chance. The same figures are",
    "in [kill-rate.json](kill-rate.json).",
    "",
    "A seed decides what is generated, and in what order the effects of several clients happen where a driver lets the suite decide it. A",
    "driver has to be caught under each seed; where clients meet by chance, which differs from run to run, under 19 of 20.",
    ...(rate.short ? ["", short] : []),
    "",
    figures(rate),
    "",
    "## By suite",
    "",
    bySuite(rate),
    "",
    "## By area",
    "",
    table(columns(rate), rate.byArea.map(cells(rate))),
    "",
    ...(rate.compared ? distribution(rate) : []),
    "## Good drivers",
    "",
    table(["driver", "suite", "rules × seeds", "false alarms", "calls of several clients"], rate.good.map(goodRow)),
    "",
    "## The zoo",
    "",
    ...[...Map.groupBy(rate.mutants, ({ area }) => area)].flatMap(([area, mutants]) => [
      `### ${area}`,
      "",
      table(["driver", "bug", "base", "source", "rule", "caught", "Distribution's tests"], mutants.map(zooRow)),
      "",
    ]),
  ]
  return `${lines.join("\n").trimEnd()}\n`
}

/** The figures as JSON, an entry a line, without what stands in the zoo's source. */
export function renderJson({ mutants, ...rate }: KillRate): string {
  const short = mutants.map(({ bug: _bug, source: _source, ...result }) => result)
  const entries = Object.entries({ ...rate, mutants: short }).map(([key, value]) => {
    const values = Array.isArray(value)
      ? `[\n${value.map((one) => `    ${JSON.stringify(one)}`).join(",\n")}\n  ]`
      : JSON.stringify(value)
    return `  ${JSON.stringify(key)}: ${values}`
  })
  return `{\n${entries.join(",\n")}\n}\n`
}

const short = [
  "This is the short version. It leaves out no known-bad driver of the suites that it is about, and lets each rule try all workloads",
  "that it has. Good drivers run about a seventh of the sequences of calls that they otherwise run in memory, and 4 workloads of clients",
  "at once instead of 16 to 120; the azure driver, which every change is certified with besides, is left out. Nothing is compared.",
].join("\n")

function figures(rate: KillRate): string {
  const { total, seeds } = rate
  const share = (part: number): string => `${part} (${percent(part, total.mutants)})`
  const ofCompared = (part: number): string => `${part} (${percent(part, total.compared)})`
  return table(
    ["figure", "value", "aim"],
    [
      ["known-bad drivers", total.mutants, 120],
      ["with a source: commit, issue or code of a real driver, or what a service or an SDK does", total.sourced, 40],
      [`caught, of ${seedsOf(seeds)}`, share(total.mutants - total.survived), "100 %"],
      ["by the rule meant for it, each time", share(total.byItsRule), "95 %"],
      [
        `false alarms, in ${total.goodRuns} runs of rules on ${total.goodDrivers} good drivers, of ${seedsOf(rate.goodSeeds)}`,
        total.falseAlarms,
        0,
      ],
      ...rate.byTiming.map(({ timing, runs, caught, byItsRule }) => [
        `catches with several clients, ${timing}, in ${runs} runs`,
        `${caught}, ${byItsRule} by its rule`,
        timing === "decided" ? runs : `${Math.floor(0.95 * runs)}`,
      ]),
      ["to the catch, median, shrinking included", `${total.milliseconds} ms, ${total.calls} calls`, ""],
      ...(rate.compared
        ? [
            ["compared with plain use and Distribution's own suite", total.compared, total.mutants],
            ["of these subtle: they get through an example of every call", ofCompared(total.subtle), "50 %"],
            ["of these seen by Distribution's own suite (an estimate, see below)", ofCompared(total.distribution), ""],
          ]
        : []),
      ...(rate.notBegun === 0 ? [] : [["jobs for which there was no time", rate.notBegun, 0]]),
      ["time of this run", `${Math.round(rate.milliseconds / 1_000)} s`, ""],
    ],
  )
}

function seedsOf(seeds: number): string {
  return seeds === 1 ? "1 seed" : `${seeds} seeds`
}

function bySuite(rate: KillRate): string {
  return table(
    [...columns(rate), "false alarms"],
    rate.bySuite.map((row) => [...cells(rate)(row), row.falseAlarms]),
  )
}

function distribution(rate: KillRate): readonly string[] {
  const { mutants, total, lost } = rate
  return [
    "## What Distribution's own suite would see",
    "",
    "An estimate. Its tests are written here again, in [ci/kill-rate](../ci/kill-rate/distribution-tests.ts), from what each of them",
    "does: one instance, contents that all begin alike, the sizes of its short form. A bug counts as seen where one of them fails. It",
    "is not a run of the suite itself, which is written in Go.",
    "",
    table(["test", "fails on", "among them"], distributionRows(mutants)),
    "",
    `No test fails on ${total.compared - total.distribution} of the ${total.compared} that were compared.`,
    "",
    ...lost.map(({ id, lost: what }) => `${id} was compared with nothing: ${what}.`),
    ...(lost.length === 0 ? [] : [""]),
  ]
}

function columns({ compared }: KillRate): readonly Cell[] {
  const seen = compared ? ["Distribution sees"] : []
  return ["", "known-bad", "by its rule", "by another", "survived", ...seen, "median ms", "median calls"]
}

function cells({ compared }: KillRate): (row: Row) => readonly Cell[] {
  return ({ name, mutants, byItsRule, byAnother, survived, distribution: seen, milliseconds, calls }) => [
    ...[name, mutants, byItsRule, byAnother, survived],
    ...(compared ? [seen] : []),
    ...[milliseconds, calls],
  ]
}

function goodRow({ id, suite, timing, runs, alarms, overlap }: GoodResult): readonly Cell[] {
  return [id, `${suite}${told(timing)}`, runs, alarms.length, overlap === undefined ? "" : describeOverlap(overlap)]
}

function zooRow({
  id,
  subtle,
  bug,
  base,
  source,
  rule,
  fate,
  catches,
  surprises,
  distributionTests,
}: MutantResult): readonly Cell[] {
  return [
    subtle === false ? `${id} (crude)` : id,
    bug,
    base,
    source ?? "",
    `\`${rule}\``,
    [fate, ...catches.map(describeCatches), ...surprises].join("; "),
    distributionTests.join(", "),
  ]
}

function describeCatches({ timing, runs, caught }: Catches): string {
  return `${caught} of ${runs}${timing === "alone" ? "" : ` ${timing}`}`
}

function distributionRows(mutants: readonly MutantResult[]): readonly (readonly Cell[])[] {
  const failing = mutants.flatMap(({ id, distributionTests }) => distributionTests.map((test) => ({ id, test })))
  return [...Map.groupBy(failing, ({ test }) => test)]
    .toSorted(([one], [other]) => one.localeCompare(other, "en"))
    .map(([test, of]) => [
      test,
      of.length,
      of
        .slice(0, 3)
        .map(({ id }) => id)
        .join(", "),
    ])
}

type Cell = string | number

function table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const line = (row: readonly Cell[]): string => `| ${row.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n")
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`
}
