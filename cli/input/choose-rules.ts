import picomatch from "picomatch"
import type { Rule } from "../../suites/rule.ts"
import { BadInput, nearest } from "./bad-input.ts"

/**
 * The rules whose id matches one of the globs, all where there is none.
 *
 * @throws BadInput for a glob that no rule matches
 */
export function chooseRules(rules: readonly Rule[], globs: readonly string[]): readonly Rule[] {
  if (globs.length === 0) return rules
  const matchers = globs.map((glob) => ({ glob, matches: picomatch(glob) }))
  for (const { glob, matches } of matchers) {
    if (rules.some(({ id }) => matches(id))) continue
    const meant = nearest(
      glob,
      rules.map(({ id }) => id),
    )
    throw new BadInput(
      `no rule matches "${glob}"${meant === undefined ? ": the command rules lists them" : `: did you mean ${meant}?`}`,
    )
  }
  return rules.filter(({ id }) => matchers.some(({ matches }) => matches(id)))
}
