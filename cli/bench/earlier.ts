import { BadInput } from "../input/bad-input.ts"
import { readText } from "../input/read-text.ts"
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
  const text = await readText(file, `--compare ${file}`)
  try {
    return benchReport.parse(JSON.parse(text))
  } catch {
    throw new BadInput(`--compare ${file} is not what bench --json writes`)
  }
}
