import { expect, test } from "vitest"
import { extents } from "../../suites/extent.ts"
import { parseSize } from "./size.ts"

test("a size is a preset, or the length of a large object with the entries of the preset that comes next to it", () => {
  expect(parseSize("small")).toEqual(extents.small)
  expect(parseSize("large")).toEqual(extents.large)
  expect(parseSize("500MiB")).toEqual({ ...extents.small, bytes: 500 * 2 ** 20 })
  expect(parseSize("1.5 tib")).toEqual({ ...extents.large, bytes: 1.5 * 2 ** 40 })
  expect(parseSize("1048576")?.bytes).toBe(2 ** 20)
})

test.each(["", "medium", "-5MiB", "5MB", "0", "2PiB", "1e9", "NaN", "__proto__", "5 constructor"])("%j is none", (text) => {
  expect(parseSize(text)).toBe(undefined)
})
