import type { Suite } from "../suites/catalogue.ts"
import { levels, type Rule, subjectOf } from "../suites/rule.ts"

/** The catalogue of rules as Markdown: `docs/rules.md`. */
export function renderRuleReference(suites: readonly Suite[]): string {
  const rules = suites.flatMap((suite) => suite.rules)
  const totals = levels.map((level) => `${rules.filter((rule) => rule.level === level).length} ${level}`).join(", ")
  return `${[
    "# Rules",
    "",
    "Generated from the rules by `npm run docs`.",
    "",
    `${rules.length} rules: ${totals}.`,
    "",
    "- **MUST** rests on the written contract or on Distribution's own driver tests. One that is broken makes a driver nonconformant.",
    "- **SHOULD** is what callers rely on though no text says it. One that is broken is a warning, and counts with `--strict`.",
    "- **MAY** is a capability that a driver declares. Whoever declares it is held to it.",
    ...suites.flatMap(renderSuite),
  ].join("\n")}\n`
}

function renderSuite(suite: Suite): readonly string[] {
  const groups = Map.groupBy(suite.rules, subjectOf)
  return [
    "",
    `## Suite \`${suite.name}\``,
    ...[...groups]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([subject, rules]) => ["", `### ${subject}`, ...rules.flatMap(renderRule)]),
  ]
}

function renderRule(rule: Rule): readonly string[] {
  const needs = rule.needs.length === 0 ? [] : [`- Needs: ${rule.needs.map(({ name }) => name).join(", ")}`]
  return [
    "",
    `#### ${rule.id}`,
    "",
    `**${rule.level}.** ${rule.statement}`,
    "",
    `- Why: ${rule.why}`,
    `- Source: ${rule.source}`,
    ...needs,
  ]
}
