import { readFile } from "node:fs/promises"
import { BadInput } from "../input/bad-input.ts"
import { type BenchReport, benchReport } from "./result.ts"

/** Whether what is compared with is a file and no driver. */
export function namesFile(compare: string): boolean {
  return compare.endsWith(".json")
}

/**
 * Reads the figures of an earlier run.
 *
 * @throws BadInput
 */
export async function readEarlier(file: string): Promise<BenchReport> {
  let text: string
  try {
    text = await readFile(file, "utf8")
  } catch (reason) {
    throw new BadInput(`--compare ${file} cannot be read: ${reason instanceof Error ? reason.message : String(reason)}`)
  }
  try {
    return benchReport.parse(JSON.parse(text))
  } catch {
    throw new BadInput(`--compare ${file} is not what bench --json writes`)
  }
}
