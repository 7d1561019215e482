import { assert, double, integer, property } from "fast-check"
import { expect, test } from "vitest"
import { exponentOf, plot } from "./fit.ts"

const works = [1, 2, 4, 8, 16]

test("the exponent of a power of the work is that power, whatever the factor", () => {
  assert(
    property(double({ min: 0, max: 3, noNaN: true }), integer({ min: 100, max: 1_000_000 }), (exponent, factor) => {
      const points = works.map((work) => ({ work, cost: factor * work ** exponent }))
      expect(exponentOf(points)).toBeCloseTo(exponent, 6)
    }),
  )
})

test("a constant share of the cost never makes growth look faster than it is", () => {
  assert(
    property(integer({ min: 1, max: 1_000 }), integer({ min: 0, max: 100_000 }), (factor, constant) => {
      const exponent = exponentOf(works.map((work) => ({ work, cost: factor * work + constant })))
      expect(exponent).toBeGreaterThanOrEqual(-1e-9)
      expect(exponent).toBeLessThanOrEqual(1 + 1e-9)
    }),
  )
})

test("a plot has a bar for each point, the longest for the highest cost", () => {
  expect(
    plot("requests", [
      { work: 1, cost: 2 },
      { work: 1_000, cost: 40 },
    ]),
  ).toEqual(["requests", `    1   2  ${"#".repeat(2)}`, `1,000  40  ${"#".repeat(40)}`])
})
