import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseDuration } from "./duration.ts"

const units = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const terms = fc.array(fc.tuple(fc.nat(10_000), fc.constantFrom(...Object.keys(units))), { minLength: 1, maxLength: 5 })

function millisecondsOf(unit: string): number {
  return Object.entries(units).find(([name]) => name === unit)?.[1] ?? Number.NaN
}

describe("a duration in Go's syntax", () => {
  it("is the sum of its terms", () => {
    fc.assert(
      fc.property(terms, fc.constantFrom("", "+", "-"), (given, sign) => {
        const sum = given.reduce((total, [count, unit]) => total + count * millisecondsOf(unit), 0)
        const text = sign + given.map(([count, unit]) => `${count}${unit}`).join("")
        expect(parseDuration(text)).toBeCloseTo(sign === "-" ? -sum : sum, 6)
      }),
    )
  })

  it.each([
    ["0", 0],
    ["-0", 0],
    ["100ms", 100],
    ["1.5s", 1_500],
    [".5s", 500],
    ["1.s", 1_000],
    ["1m30s", 90_000],
    ["1h0.5m", 3_630_000],
  ])("%s is %d ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBeCloseTo(milliseconds, 9)
  })

  it.each(["", "-", "+", "1", "100", "ms", ".s", "1d", "1 s", " 1s", "1s ", "1s\n", "1S", "--1s", "1e3s", "1s2", "0x1s", "1,5s"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it("is not found in arbitrary text that has no digit in it", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/\d/.test(text)),
        (text) => {
          expect(parseDuration(text)).toBeUndefined()
        },
      ),
    )
  })
})
