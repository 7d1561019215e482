import type { FailingSequence, Failure } from "../../suites/execution/outcome.ts"
import { numberOf, type RecordedCall } from "../../suites/execution/trace.ts"
import type { RuleResult } from "./result.ts"
import { count, duration, labelled, paint, type TextStyle, wrap } from "./text.ts"
import { renderTimeline } from "./timeline/text.ts"

const callsAtTheStart = 6
const callsAtTheEnd = 14

/** One rule that was not kept, told on one screen: the calls, what was expected and why, what came, how to run it again. */
export function renderRuleFailure(rule: RuleResult, failure: Failure, heading: string, style: TextStyle): string {
  const told = rule.breaks ?? rule
  const lines = [
    paint(style, "bold", `${told.id}  ${heading}`),
    ...wrap(told.statement, style.columns - 2).map((line) => `  ${line}`),
    "",
    ...(failure.timeline === undefined ? renderCalls(failure, style) : renderTimeline(failure.timeline, style)),
    ...labelled("expected", failure.expected, style),
    ...labelled("got", paint(style, "red", failure.actual), style),
    ...failure.example.flatMap((line, index) => labelled(index === 0 ? "given" : "", line, style)),
    ...(failure.sequence === undefined ? [] : labelled("fails", howOften(failure.sequence), style)),
    ...labelled("why", told.why, style),
    ...labelled("source", told.source, style),
    ...(rule.breaks === undefined ? [] : labelled("found by", rule.id, style)),
    // Not wrapped: it is to be copied.
    `  ${paint(style, "dim", "again".padEnd(9))}${rule.replay}`,
  ]
  return `${lines.join("\n")}\n`
}

function howOften({ commands, failed, repeats, shrunk }: FailingSequence): string {
  const times = failed === repeats ? "every time" : `${failed} of ${repeats} times`
  if (shrunk.from <= commands.length) return times
  return `${times}; found as ${shrunk.from} calls, made smaller in ${duration(shrunk.milliseconds)}`
}

function renderCalls({ calls, totalCalls }: Failure, style: TextStyle): readonly string[] {
  if (calls.length === 0) return []
  const severalInstances = calls.some((call) => call.instance !== 1)
  const all = numberOf(calls.length - 1, calls.length, totalCalls)
  const shown = shorten(calls.map((call, index) => ({ call, number: numberOf(index, calls.length, totalCalls) })))
  const numberWidth = String(all).length
  const texts = shown.map((row) => (row === undefined ? "" : callText(row.call, severalInstances)))
  const available = style.columns - numberWidth - 6
  const callWidth = Math.min(Math.max(...texts.map((text) => text.length)), Math.floor(available * 0.55))
  const rows = shown.flatMap((row, index) => {
    if (row === undefined) return [`     … ${count(all - callsAtTheStart - callsAtTheEnd, "call")} left out`]
    const last = row.number === all
    const cells = sideBySide(texts[index] ?? "", row.call.outcome, callWidth, available - callWidth - 2)
    return cells.map((cell, line) => {
      const mark = last && line === 0 ? ">" : " "
      const number = line === 0 ? String(row.number) : ""
      const text = `  ${mark} ${number.padStart(numberWidth)}  ${cell}`.trimEnd()
      return last ? paint(style, "bold", text) : text
    })
  })
  return [...rows, ""]
}

function callText(call: RecordedCall, severalInstances: boolean): string {
  return `${severalInstances ? `[${call.instance}] ` : ""}${call.method}(${call.arguments.join(", ")})`
}

function shorten<Row>(rows: readonly Row[]): readonly (Row | undefined)[] {
  if (rows.length <= callsAtTheStart + callsAtTheEnd + 1) return rows
  return [...rows.slice(0, callsAtTheStart), undefined, ...rows.slice(-callsAtTheEnd)]
}

/** Two texts beside each other, each wrapped in its column. */
function sideBySide(left: string, right: string, leftWidth: number, rightWidth: number): readonly string[] {
  const lefts = wrap(left, leftWidth)
  const rights = wrap(right, Math.max(16, rightWidth))
  // What overflows its column would push the other one out of line: the outcome then goes below it.
  if (lefts.some((line) => line.length > leftWidth)) return [...lefts, ...rights.map((line) => `${" ".repeat(4)}${line}`)]
  return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, index) => {
    return `${(lefts[index] ?? "").padEnd(leftWidth)}  ${rights[index] ?? ""}`
  })
}
