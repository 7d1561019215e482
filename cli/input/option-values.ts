import { InvalidArgumentError } from "commander"
import { parseDuration } from "../../drivers/azure/duration.ts"
import type { Extent } from "../../suites/extent.ts"
import { demandPair } from "./parameters.ts"
import { parseSize } from "./size.ts"

/** Looked at before all else: where a key is missing, what stands behind it is taken for something else and would be quoted. */
export function collectPair(pair: string, earlier: readonly string[]): readonly string[] {
  demandPair(pair)
  return collect(pair, earlier)
}

export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}

export function parseSeed(text: string): number {
  const seed = Number(text)
  if (!/^-?\d+$/.test(text) || seed !== (seed | 0)) throw new InvalidArgumentError("It must be a whole number of 32 bits.")
  return seed
}

/** What reads a whole number within bounds. */
function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most.toLocaleString("en-US")}.`)
    return number
  }
}

export const parseRuns = wholeNumber(1, 1_000_000)
export const parseCount = wholeNumber(1, 64)
export const parseProcesses = wholeNumber(2, 16)
export const parseEntries = wholeNumber(10, 1_000_000)

export function parseExtent(text: string): Extent {
  const extent = parseSize(text)
  if (extent === undefined) throw new InvalidArgumentError("It must be small, large or a length such as 500MiB or 5GiB.")
  return extent
}

export function parseLength(text: string): number {
  const extent = text === "small" || text === "large" ? undefined : parseSize(text)
  if (extent === undefined) throw new InvalidArgumentError("It must be a length such as 500MiB or 5GiB.")
  return extent.bytes
}

export function parseMilliseconds(text: string): number {
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined || milliseconds < 1)
    throw new InvalidArgumentError("It must be a duration such as 500ms, 10s or 2m.")
  // Node's timers overflow beyond 24 days, and fire at once.
  if (milliseconds > 24 * 3_600_000) throw new InvalidArgumentError("It must be 24h at most.")
  return milliseconds
}
