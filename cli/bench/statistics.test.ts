import { array, assert, double, integer, property } from "fast-check"
import { expect, test } from "vitest"
import { medianOf, percentile, spreadOf } from "./statistics.ts"

const values = array(double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 })
const ascending = (numbers: readonly number[]): readonly number[] => numbers.toSorted((one, other) => one - other)

test("a percentile is one of the values, and so many percent are not above it", () => {
  assert(
    property(values, integer({ min: 1, max: 100 }), (numbers, percent) => {
      const sorted = ascending(numbers)
      const found = percentile(sorted, percent)
      expect(sorted).toContain(found)
      expect(sorted.filter((value) => value <= found).length).toBeGreaterThanOrEqual((percent / 100) * sorted.length)
      expect(sorted.filter((value) => value < found).length).toBeLessThan((percent / 100) * sorted.length)
    }),
  )
})

test("a spread goes from the lowest to the highest, with the median between", () => {
  assert(
    property(values, (numbers) => {
      const { low, median, high } = spreadOf(numbers)
      expect([low, high]).toEqual([Math.min(...numbers), Math.max(...numbers)])
      expect(median >= low && median <= high).toBe(true)
    }),
  )
})

test("no more than half of the values are below the median, and no more than half above", () => {
  assert(
    property(values, (numbers) => {
      const median = medianOf(numbers)
      expect(numbers.filter((value) => value < median).length).toBeLessThanOrEqual(numbers.length / 2)
      expect(numbers.filter((value) => value > median).length).toBeLessThanOrEqual(numbers.length / 2)
    }),
  )
  expect(medianOf([4, 1])).toBe(2.5)
})
