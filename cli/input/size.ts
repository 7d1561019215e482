import { type Extent, extentOf, extents } from "../../suites/extent.ts"

const units: Readonly<Record<string, number>> = { "": 1, b: 1, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 }

/** Most bytes of an object: what a number of Distribution's and of JavaScript's both hold, and more than any service takes. */
const most = 2 ** 50

/**
 * Reads `small`, `large` or a length such as `500MiB`, `5GiB` or `1048576`.
 *
 * @returns undefined for what is none of them
 */
export function parseSize(text: string): Extent | undefined {
  if (text === "small" || text === "large") return extents[text]
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text) ?? []
  const bytes = Math.floor(Number(digits) * (units[unit.toLowerCase()] ?? Number.NaN))
  return digits !== "" && bytes >= 1 && bytes <= most ? extentOf(bytes) : undefined
}
