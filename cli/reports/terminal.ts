import { levels } from "../../suites/rule.ts"
import type { Explored } from "../../suites/sequences/coverage.ts"
import { renderRuleFailure } from "./failure.ts"
import { levelOf, type RuleResult, type RunResult, type SuiteResult, type Verdict } from "./result.ts"
import { count, duration, labelled, oneLine, paint, type TextStyle, withoutStack, wrap } from "./text.ts"
import { partOf, type Standing, standingOf } from "./verdict.ts"
import { visibleResult } from "./visible-text.ts"

type Inconclusive = Extract<RuleResult["outcome"], { readonly status: "inconclusive" }>

export interface TerminalStyle extends TextStyle {
  /** Also lists the rules that were kept. */
  readonly verbose: boolean
}

/** The end of a run as text: what was not kept, then the verdict. Says nothing by colour alone. */
export function renderReport(run: RunResult, style: TerminalStyle): string {
  const result = visibleResult(run)
  const blocks = result.suites.flatMap((suite) => [
    ...(style.verbose ? [renderKept(suite, result.strict, style)] : []),
    ...suite.rules.flatMap((rule) => renderRule(rule, result, style)),
  ])
  return `\n${[...blocks, renderSummary(result, style)].join("\n")}`
}

function renderKept(suite: SuiteResult, strict: boolean, style: TerminalStyle): string {
  const kept = suite.rules.filter((rule) => standingOf(rule, strict) === "kept")
  const lines = kept.map(({ id, level, outcome }) => {
    const measured = (outcome.measured ?? []).map((each) => `\n        ${each}`).join("")
    const line = `  kept  ${level.padEnd(6)}  ${id}  ${paint(style, "dim", `${count(outcome.checks, "check")}, ${count(outcome.calls, "call")}, ${duration(outcome.milliseconds)}`)}${measured}`
    return outcome.explored === undefined ? line : `${line}\n${renderExplored(outcome.explored, style)}`
  })
  return `${lines.join("\n")}\n`
}

/** What sequences of calls went through. */
function renderExplored({ sequences, calls, coverage }: Explored, style: TextStyle): string {
  const groups = coverage.map(({ group, tried, of }) => `${tried} of ${of} ${group}`)
  const text = `${count(sequences, "sequence")} of ${count(calls, "call")}: ${groups.join(", ")}`
  return wrap(text, style.columns - 16)
    .map((line) => `                ${paint(style, "dim", line)}`)
    .join("\n")
}

function renderRule(rule: RuleResult, result: RunResult, style: TerminalStyle): readonly string[] {
  const { outcome } = rule
  const standing = standingOf(rule, result.strict)
  const unconfirmed = result.verdict === "inconclusive" && outcome.status === "failed" && standing === "broken"
  switch (outcome.status) {
    case "failed":
      return [renderRuleFailure(rule, outcome.failure, paint(style, "red", headingOf(rule, standing, unconfirmed)), style)]
    case "set-up-failed":
      return [
        renderRuleFailure(rule, outcome.failure, paint(style, "yellow", `${rule.level}, not judged: its set-up failed`), style),
      ]
    case "inconclusive":
      return renderInconclusive(rule, outcome, style)
    case "passed":
      if (standing !== "stale") return []
      return [
        `${paint(style, "bold", rule.id)}  ${paint(style, "red", "kept now, though listed as a known failure: take it off the list")}\n`,
      ]
    case "not-run":
      return []
  }
}

/** What is told beside the verdict is told there; a stack is for whoever asks for more. */
function renderInconclusive(rule: RuleResult, outcome: Inconclusive, style: TerminalStyle): readonly string[] {
  const { sentence, stack } = withoutStack(outcome.reason)
  const heading = paint(style, "yellow", `${rule.level}, inconclusive: ${sentence}`)
  if (outcome.failure !== undefined) return [renderRuleFailure(rule, outcome.failure, heading, style)]
  if (stack === undefined || !style.verbose) return []
  return [`${[paint(style, "bold", `${rule.id}  ${heading}`), ...labelled("stack", stack, style)].join("\n")}\n`]
}

function headingOf(rule: RuleResult, standing: Standing, unconfirmed: boolean): string {
  if (unconfirmed) return `${levelOf(rule)} broken, unconfirmed: the backend went away later`
  if (standing === "known") return `${levelOf(rule)} broken, as known: ${oneLine(rule.knownFailure?.reason ?? "")}`
  return standing === "warning" ? `${levelOf(rule)} broken (a warning)` : `${levelOf(rule)} broken`
}

const words: Readonly<Record<Standing, string>> = {
  kept: "kept",
  broken: "broken",
  warning: "broken",
  known: "known to be broken",
  stale: "kept, but listed as broken",
  open: "not judged",
  "not-run": "not run",
}

function renderSummary(result: RunResult, style: TerminalStyle): string {
  const lines = [
    ...labelled(
      "driver",
      result.driver.name === result.driver.reference ? result.driver.name : `${result.driver.name} (${result.driver.reference})`,
      style,
    ),
    ...labelled("backend", result.backend, style),
    ...labelled("seed", String(result.seed), style),
    ...labelled("time", duration(result.milliseconds), style),
    ...result.notes.flatMap((note) => labelled("note", note, style)),
    ...(result.endedEarly === undefined ? [] : labelled("ended", `early: ${result.endedEarly}`, style)),
    "",
  ]
  for (const suite of result.suites) lines.push(...renderSuite(suite, result, style))
  return `${lines.join("\n")}\n`
}

function renderSuite(suite: SuiteResult, result: RunResult, style: TerminalStyle): readonly string[] {
  const rows = levels.flatMap((level) => {
    const rules = suite.rules.filter((rule) => levelOf(rule) === level)
    if (rules.length === 0) return []
    const standings = rules.map((rule) => standingOf(rule, result.strict))
    const parts = Object.entries(words).flatMap(([standing, word]) => {
      const number = standings.filter((candidate) => candidate === standing).length
      return number === 0 ? [] : [`${number} ${word}`]
    })
    return labelled(level, parts.join(", "), style)
  })
  const verdict = paint(style, ["bold", colourOf(suite.verdict)], suite.verdict.toUpperCase())
  const part = partOf(suite)
  const subject = part === undefined ? suite.name : `${suite.name} (${part})`
  return [...rows, "", ...unjudged(suite, result.strict, style), `${subject}: ${verdict}`]
}

function colourOf(verdict: Verdict): "green" | "red" | "yellow" {
  if (verdict === "conformant") return "green"
  return verdict === "nonconformant" ? "red" : "yellow"
}

const reasonsTold = 8

/** What the verdict does not cover, with its reason: a MUST of which nothing is known is never hidden in a count. */
function unjudged(suite: SuiteResult, strict: boolean, style: TerminalStyle): readonly string[] {
  const open = suite.rules.flatMap((rule) => {
    const standing = standingOf(rule, strict)
    if (standing !== "open" && standing !== "not-run") return []
    return [{ id: rule.id, level: rule.level, what: `${words[standing]}: ${reasonOf(rule)}` }]
  })
  const groups = Map.groupBy(open, ({ what }) => what)
  const lines = [...groups].flatMap(([what, rules]) => {
    const named = rules.slice(0, reasonsTold).map(({ level, id }) => `${level} ${id}`)
    const more = rules.length > named.length ? ` and ${rules.length - named.length} more` : ""
    return wrap(`${named.join(", ")}${more}: ${what}`, style.columns - 4).map(
      (line, index) => `${index === 0 ? "  " : "    "}${line}`,
    )
  })
  return lines.length === 0 ? [] : [...lines, ""]
}

function reasonOf({ outcome }: RuleResult): string {
  if (outcome.status === "inconclusive" && outcome.because === "stopped") return "the run had ended"
  return "reason" in outcome ? withoutStack(outcome.reason).sentence : "its set-up failed"
}
