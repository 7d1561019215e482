import picomatch from "picomatch"
import { type Rule, subjectOf } from "../../suites/rule.ts"
import { BadInput, nearest } from "./bad-input.ts"

/**
 * The rules that one of the globs chooses, all where there is none. A glob with a slash in it is for ids; one without is for subjects,
 * since `*` does not cross a slash: `move` is all of move, `*` is everything.
 *
 * @throws BadInput for a glob that no rule matches
 */
export function chooseRules(rules: readonly Rule[], globs: readonly string[]): readonly Rule[] {
  if (globs.length === 0) return rules
  const choices = globs.map((glob) => {
    const matches = matcherOf(glob)
    const chosen = rules.filter((rule) => matches(glob.includes("/") ? rule.id : subjectOf(rule)))
    if (chosen.length === 0) throw new BadInput(`no rule matches "${glob}"${hintFor(glob, rules)}`)
    return chosen
  })
  return rules.filter((rule) => choices.some((chosen) => chosen.includes(rule)))
}

function matcherOf(glob: string): (text: string) => boolean {
  try {
    return picomatch(glob)
  } catch (reason) {
    throw new BadInput(`--rule "${glob}" is no glob: ${reason instanceof Error ? reason.message : String(reason)}`)
  }
}

function hintFor(glob: string, rules: readonly Rule[]): string {
  const meant = nearest(glob, new Set(rules.flatMap((rule) => [rule.id, subjectOf(rule)])))
  return meant === undefined ? ": the command rules lists them" : `: did you mean ${meant}?`
}
