import { z } from "zod"
import type { KnownFailure } from "../reports/result.ts"
import { BadInput, nearest } from "./bad-input.ts"
import { readText } from "./read-text.ts"
import { parseYaml } from "./yaml.ts"

const entry = z.strictObject(
  {
    rule: z.string("must be the id of a rule"),
    reason: z.string("must say why").trim().min(1, "must say why"),
    sometimes: z.boolean("must be true or false").default(false),
  },
  { error: ({ code }) => (code === "invalid_type" ? "must be { rule, reason }" : undefined) },
)
const list = z.array(entry, "must be a list of { rule, reason }").nullable()

/**
 * Reads a list of rules that are known to be broken, in YAML or JSON; none where nothing, or nothing but comments, stands there.
 *
 * @param ruleIds those that there are
 * @throws BadInput
 */
export async function readKnownFailures(file: string, ruleIds: readonly string[]): Promise<readonly KnownFailure[]> {
  const known = list.safeParse(parseYaml(await readText(file), file))
  const issue = known.error?.issues[0]
  if (!known.success) throw new BadInput(`${file}: ${placeOf(issue?.path ?? [])}${issue?.message}`)
  const seen = new Set<string>()
  const entries = known.data ?? []
  for (const { rule } of entries) {
    if (!ruleIds.includes(rule)) {
      const meant = nearest(rule, ruleIds)
      throw new BadInput(`${file}: there is no rule "${rule}"${meant === undefined ? "" : `: did you mean ${meant}?`}`)
    }
    if (seen.has(rule)) throw new BadInput(`${file}: ${rule} stands there twice`)
    seen.add(rule)
  }
  return entries
}

function placeOf([index, ...names]: readonly PropertyKey[]): string {
  if (typeof index !== "number") return ""
  return `entry ${index + 1}: ${names.length === 0 ? "" : `"${names.map(String).join(".")}" `}`
}
