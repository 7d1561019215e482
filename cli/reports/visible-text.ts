import type { RunResult } from "./result.ts"

/**
 * What a terminal or a reader would not see as it is: control characters, those that turn the direction of text or have no width,
 * separators of lines, halves of surrogate pairs, and code points that are no characters.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu

/** Text on one line, in which every character can be seen: an escape character is `\u{1b}`, the end of a line `\u{a}`. */
export function visible(text: string): string {
  return text.replace(unseen, escaped)
}

/** Text on as many lines as it has, in which every other character can be seen. */
export function visibleLines(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(unseen, (character) => (character === "\n" ? character : escaped(character)))
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/** The members of a result whose text the reports lay out over several lines. */
const severalLines: readonly string[] = ["expected", "actual", "example", "reason", "notes", "endedEarly", "backend"]

/** A result as reports for people show it: names, paths and messages come from a driver, and may hold anything. */
export function visibleResult(result: RunResult): RunResult {
  const deep = (value: unknown, show: (text: string) => string): unknown => {
    if (typeof value === "string") return show(value)
    if (Array.isArray(value)) return value.map((entry) => deep(entry, show))
    if (typeof value !== "object" || value === null) return value
    const entries = Object.entries(value)
    return Object.fromEntries(
      entries.map(([name, entry]) => [name, deep(entry, severalLines.includes(name) ? visibleLines : visible)]),
    )
  }
  return deep(result, visible) as RunResult
}
