import { appendFile, mkdir, readFile } from "node:fs/promises"
import { dirname } from "node:path"
import { deflateRawSync, inflateRawSync } from "node:zlib"
import { stringify as stringifyYaml } from "yaml"
import { z } from "zod"
import type { Command } from "../../suites/sequences/commands.ts"
import type { RuleSequence } from "../../suites/sequences/effort.ts"
import { formatCommand, NotACommand, parseCommand } from "../../suites/sequences/notation.ts"
import { BadInput } from "./bad-input.ts"
import { parseYaml } from "./yaml.ts"

/** A sequence of calls that a driver failed, as files and tokens keep it. */
export interface SavedSequence extends RuleSequence {
  /** Id of the rule that it broke. */
  readonly breaks?: string | undefined
  /** The driver that it was found with, as the user wrote it. */
  readonly driver?: string | undefined
}

const call = z.string("must be a line such as: putContent /a 16").transform((line, context): Command => {
  try {
    return parseCommand(line)
  } catch (reason) {
    if (!(reason instanceof NotACommand)) throw reason
    context.addIssue(reason.message)
    return z.NEVER
  }
})
const entry = z.strictObject({
  rule: z.string("must be the id of a rule"),
  breaks: z.string().optional(),
  driver: z.string().optional(),
  calls: z.array(call, "must be a list of calls").min(1, "must not be empty").max(10_000),
})
const list = z.array(entry, "must be a list of { rule, calls }").nullable()

/**
 * Reads sequences that failed before, in YAML; none where there is no such file.
 *
 * @param ruleIds those that there are
 * @throws BadInput
 */
export async function readSavedSequences(file: string, ruleIds: readonly string[]): Promise<readonly SavedSequence[]> {
  return readEntries(await readOrNothing(file), file, ruleIds)
}

async function readOrNothing(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8")
  } catch (reason) {
    if (reason instanceof Error && "code" in reason && reason.code === "ENOENT") return ""
    throw new BadInput(`${file} cannot be read: ${reason instanceof Error ? reason.message : String(reason)}`)
  }
}

function readEntries(text: string, file: string, ruleIds: readonly string[]): readonly SavedSequence[] {
  const read = list.safeParse(parseYaml(text, file))
  if (!read.success) {
    const [issue] = read.error.issues
    throw new BadInput(
      `${file}: ${issue?.path.map((part) => (typeof part === "number" ? part + 1 : String(part))).join(" ")}: ${issue?.message}`,
    )
  }
  return (read.data ?? []).map(({ calls, ...saved }) => {
    if (!ruleIds.includes(saved.rule)) throw new BadInput(`${file}: there is no rule "${saved.rule}"`)
    return { ...saved, commands: calls }
  })
}

const heading = "# Sequences of calls that failed once, smallest form; certify runs them before all others.\n"

/** Adds sequences to a file, made with its folder where there is none. What stands there, comments included, stays as it is. */
export async function addSavedSequences(file: string, sequences: readonly SavedSequence[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const before = await readOrNothing(file)
  const entries = sequences.map(({ commands, ...saved }) => ({ ...saved, calls: commands.map(formatCommand) }))
  const separator = before === "" ? heading : before.endsWith("\n") ? "" : "\n"
  await appendFile(file, separator + stringifyYaml(entries, { lineWidth: 0 }))
}

/** Whether two sequences are the same calls under the same rule. */
export function isSame(one: SavedSequence, other: SavedSequence): boolean {
  const lines = ({ rule, commands }: SavedSequence): string => [rule, ...commands.map(formatCommand)].join("\n")
  return lines(one) === lines(other)
}

const tokenPrefix = "s1."

/** A sequence as one word, for a command line. */
export function tokenOf({ rule, commands, driver }: SavedSequence): string {
  const text = JSON.stringify({ rule, driver, calls: commands.map(formatCommand) })
  return tokenPrefix + deflateRawSync(text).toString("base64url")
}

export function looksLikeToken(word: string): boolean {
  return word.startsWith(tokenPrefix)
}

/** @throws BadInput */
export function readToken(token: string, ruleIds: readonly string[]): readonly SavedSequence[] {
  let text: string
  try {
    text = inflateRawSync(Buffer.from(token.slice(tokenPrefix.length), "base64url"), { maxOutputLength: 1_000_000 }).toString()
  } catch {
    throw new BadInput("the token is damaged: copy it whole, from its beginning s1. on")
  }
  return readEntries(`[${text}]`, "the token", ruleIds)
}
