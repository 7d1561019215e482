import type { Finding } from "./jobs.ts"
import type { KillRate, MutantResult, Row } from "./tally.ts"

/** What is worth saying of a finding at once: escapes and false alarms. */
export function describeFinding(finding: Finding): readonly string[] {
  if (finding.kind === "good") {
    const { id, suite, seed, rules, alarms, milliseconds } = finding
    return [
      `${id}, ${suite}, seed ${seed}: ${alarms.length} false alarms in ${rules} rules, ${(milliseconds / 1_000).toFixed(1)} s`,
      ...alarms.map(({ rule, status, reason }) => `  FALSE ALARM ${rule}: ${status} ${reason}`),
    ]
  }
  if (finding.kind === "comparison" || finding.fate.caught === "by-its-rule") return []
  const { id, seed, fate } = finding
  if (fate.caught === "by-another") return [`${id}, seed ${seed}: caught by ${fate.rule}, not by its rule`]
  return [`${id}, seed ${seed}: SURVIVED; of its rule: ${fate.itsRule}`]
}

/** The figures as Markdown: `docs/kill-rate.md`. */
export function renderMarkdown(rate: KillRate): string {
  const { total, seeds } = rate
  const share = (part: number): string => `${part} (${percent(part, total.mutants)})`
  const lines = [
    "# Kill rate",
    "",
    "Written by `npm run kill-rate`; the same figures are in [kill-rate.json](kill-rate.json).",
    "",
    "A conformance suite is worth what it catches. Each known-bad driver of [fixtures/mutants](../fixtures/mutants) has one realistic",
    "bug, and names the rule that its author should read; that rule, or failing it another one, has to catch it. Each good driver,",
    "those that come with the suite and those that are legal and do what others do not, has to pass every rule.",
    "",
    "| figure | value | aim |",
    "|---|---|---|",
    `| known-bad drivers | ${total.mutants} | 120 |`,
    `| with the commit, issue or code of a real driver as source | ${total.sourced} | 40 |`,
    `| subtle: they get through an example of every call | ${share(total.subtle)} | 50 % |`,
    `| caught under each of ${seeds} seeds | ${share(total.mutants - total.survived)} | 100 % |`,
    `| by the rule meant for it | ${share(total.byItsRule)} | 95 % |`,
    `| seen by Distribution's own suite (an estimate, see below) | ${share(total.distribution)} | |`,
    `| false alarms, in ${total.goodRuns} runs of rules on ${total.goodDrivers} good drivers | ${total.falseAlarms} | 0 |`,
    `| time to the catch, median, shrinking included | ${total.milliseconds} ms, ${total.calls} calls | |`,
    `| time of this run | ${Math.round(rate.milliseconds / 1_000)} s | |`,
    "",
    "## By suite",
    "",
    table(
      [...columns, "false alarms"],
      rate.bySuite.map((row) => [...cells(row), row.falseAlarms]),
    ),
    "",
    "## By area",
    "",
    table(columns, rate.byArea.map(cells)),
    "",
    "## What Distribution's own suite would see",
    "",
    "An estimate. Its tests are written here again, in [ci/kill-rate](../ci/kill-rate/distribution-tests.ts), from what each of them",
    "does: one instance, contents that all begin alike, the sizes of its short form. A bug counts as seen where one of them fails. It",
    "is not a run of the suite itself, which is written in Go.",
    "",
    table(["test", "fails on", "among them"], distributionRows(rate.mutants)),
    "",
    `No test fails on ${total.mutants - total.distribution} of the ${total.mutants}.`,
    "",
    "## Good drivers",
    "",
    table(
      ["driver", "suite", "rules × seeds", "false alarms"],
      rate.good.map(({ id, suite, runs, alarms }) => [id, suite, runs, alarms.length]),
    ),
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

const columns = ["", "known-bad", "by its rule", "by another", "survived", "Distribution sees", "median ms", "median calls"]

function cells({ name, mutants, byItsRule, byAnother, survived, distribution, milliseconds, calls }: Row): readonly Cell[] {
  return [name, mutants, byItsRule, byAnother, survived, distribution, milliseconds, calls]
}

function zooRow({ id, subtle, bug, base, source, rule, fate, surprises, distributionTests }: MutantResult): readonly Cell[] {
  const caught = surprises.length === 0 ? fate : `${fate}: ${surprises.join("; ")}`
  return [subtle ? id : `${id} (crude)`, bug, base, source ?? "", `\`${rule}\``, caught, distributionTests.join(", ")]
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
