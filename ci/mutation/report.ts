import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { z } from "zod"

const position = z.object({ line: z.int(), column: z.int() })

/** What became of one mutant. */
const fate = z.object({
  file: z.string(),
  /** Of the file as it was. */
  digest: z.string(),
  /** Lines and columns count from one; the end is behind the last character. */
  location: z.object({ start: position, end: position }),
  /** The line in which it begins, without the white space around it. */
  line: z.string(),
  mutator: z.string(),
  /** What it changes, and into what; runs of white space are one space. */
  original: z.string(),
  replacement: z.string(),
  status: z.enum(["killed", "timeout", "survived", "not-covered", "error"]),
  /** The first test that failed. */
  killedBy: z.string().optional(),
})
export type Fate = z.infer<typeof fate>

/**
 * Reads what is known of the mutants of files that are still as they were. A report has one fate a line; of two of one mutant the later
 * counts.
 */
export async function readFates(path: string): Promise<readonly Fate[]> {
  const text = await readFile(path, "utf8").catch(() => "")
  const lines = text.split("\n").filter((line) => line !== "")
  const fates = new Map(lines.map((line) => fate.parse(JSON.parse(line))).map((each) => [keyOf(each), each]))
  const files = new Set([...fates.values()].map(({ file }) => file))
  const sources = [...files].map(async (file) => [file, digestOf(await readFile(file, "utf8").catch(() => ""))] as const)
  const digests = new Map(await Promise.all(sources))
  return [...fates.values()].filter(({ file, digest }) => digests.get(file) === digest)
}

/** The same for each run of one mutant. */
export function keyOf({ file, location, mutator, replacement }: Fate): string {
  return JSON.stringify([file, location, mutator, replacement])
}

export function formatFate(fate: Fate): string {
  return `${JSON.stringify(fate)}\n`
}

export function survived({ status }: Fate): boolean {
  return status === "survived" || status === "not-covered"
}

export function digestOf(source: string): string {
  return createHash("sha256").update(source).digest("hex")
}
