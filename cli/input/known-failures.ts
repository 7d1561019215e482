import { readFile } from "node:fs/promises"
import { parse as parseYaml } from "yaml"
import { z } from "zod"
import type { KnownFailure } from "../reports/result.ts"
import { BadInput, nearest } from "./bad-input.ts"

const entry = z.strictObject({
  rule: z.string("must be the id of a rule"),
  reason: z.string("must say why").trim().min(1, "must say why"),
  sometimes: z.boolean("must be true or false").default(false),
})
const list = z.array(entry, "must be a list of { rule, reason }")

/**
 * Reads a list of rules that are known to be broken, in YAML or JSON.
 *
 * @param ruleIds those that there are
 * @throws BadInput
 */
export async function readKnownFailures(file: string, ruleIds: readonly string[]): Promise<readonly KnownFailure[]> {
  const read = list.safeParse(await readYaml(file))
  const issue = read.error?.issues[0]
  if (!read.success) throw new BadInput(`${file}: ${placeOf(issue?.path ?? [])}${issue?.message}`)
  const seen = new Set<string>()
  for (const { rule } of read.data) {
    if (!ruleIds.includes(rule)) {
      const meant = nearest(rule, ruleIds)
      throw new BadInput(`${file}: there is no rule "${rule}"${meant === undefined ? "" : `: did you mean ${meant}?`}`)
    }
    if (seen.has(rule)) throw new BadInput(`${file}: ${rule} stands there twice`)
    seen.add(rule)
  }
  return read.data
}

async function readYaml(file: string): Promise<unknown> {
  try {
    return parseYaml(await readFile(file, "utf8"))
  } catch (reason) {
    throw new BadInput(
      `${file} cannot be read: ${String(reason instanceof Error ? reason.message : reason)
        .split("\n", 1)
        .join("")}`,
    )
  }
}

function placeOf([index, ...names]: readonly PropertyKey[]): string {
  if (typeof index !== "number") return ""
  return `entry ${index + 1}: ${names.length === 0 ? "" : `"${names.map(String).join(".")}" `}`
}
