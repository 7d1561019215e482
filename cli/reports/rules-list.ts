import { levels, type Rule, subjectOf } from "../../suites/rule.ts"
import { count, labelled, paint, type TextStyle, wrap } from "./text.ts"

/** All rules by subject, a line or two each. */
export function renderCatalogue(rules: readonly Rule[], style: TextStyle): string {
  const groups = Map.groupBy(rules, subjectOf)
  const blocks = [...groups].map(([subject, members]) => [
    paint(style, "bold", subject),
    ...members.flatMap((rule) => entry(rule, style)),
    "",
  ])
  const totals = levels.map((level) => `${rules.filter((rule) => rule.level === level).length} ${level}`)
  return `${[...blocks.flat(), `${count(rules.length, "rule")}: ${totals.join(", ")}`].join("\n")}\n`
}

function entry(rule: Rule, style: TextStyle): readonly string[] {
  const statement = wrap(rule.statement, style.columns - 10).map((line) => `          ${line}`)
  return [`  ${rule.level.padEnd(8)}${rule.id}`, ...statement.map((line) => paint(style, "dim", line))]
}

/** One rule with its reason. */
export function renderRule(rule: Rule, style: TextStyle): string {
  const needs = rule.needs.length === 0 ? [] : labelled("needs", rule.needs.map((need) => need.name).join(", "), style)
  const lines = [
    `${paint(style, "bold", rule.id)}  ${rule.level}`,
    "",
    ...wrap(rule.statement, style.columns - 2).map((line) => `  ${line}`),
    "",
    ...labelled("why", rule.why, style),
    ...labelled("source", rule.source, style),
    ...needs,
    // Not wrapped: it is to be copied.
    `  ${paint(style, "dim", "run it".padEnd(9))}npx storage-driver-conformance certify <driver> --rule ${rule.id}`,
  ]
  return `${lines.join("\n")}\n`
}
