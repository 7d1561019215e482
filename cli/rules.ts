import { loadSuite, suiteNames } from "../suites/catalogue.ts"
import { BadInput, nearest } from "./input/bad-input.ts"
import { renderCatalogue, renderRule } from "./reports/rules-list.ts"

/**
 * The catalogue of rules, or one rule with its reason, as text: the command `rules`.
 *
 * @throws BadInput for an id that no rule has
 */
export async function listRules(
  id: string | undefined,
  style: { readonly columns: number; readonly colour: boolean },
): Promise<string> {
  const suites = await Promise.all(suiteNames.map((name) => loadSuite(name)))
  const rules = suites.flatMap((suite) => suite.rules)
  if (id === undefined) return renderCatalogue(rules, style)
  const rule = rules.find((candidate) => candidate.id === id)
  if (rule !== undefined) return renderRule(rule, style)
  const meant = nearest(
    id,
    rules.map((candidate) => candidate.id),
  )
  const hint = meant === undefined ? "the command rules without an id lists them" : `did you mean ${meant}?`
  throw new BadInput(`there is no rule "${id}": ${hint}`)
}
