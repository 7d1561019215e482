const millisecondsPer: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // micro sign
  μs: 1e-3, // Greek letter mu
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}
const term = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y

/**
 * Reads a duration in Go's syntax, as a registry's configuration has it: `100ms`, `1.5s`, `1m30s`, `0`.
 *
 * @returns milliseconds, or undefined where the text is not such a duration. Source: Go, time.ParseDuration
 */
export function parseDuration(text: string): number | undefined {
  const [, sign = "", magnitude = ""] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (magnitude === "0") return 0
  let milliseconds = 0
  let position = 0
  while (position < magnitude.length) {
    term.lastIndex = position
    const [matched, number, unit] = term.exec(magnitude) ?? []
    const factor = unit === undefined ? undefined : millisecondsPer[unit]
    if (matched === undefined || factor === undefined) return undefined
    milliseconds += Number(number) * factor
    position += matched.length
  }
  if (position === 0) return undefined
  return sign === "-" ? -milliseconds : milliseconds
}
