import { array, assert, constantFrom, property } from "fast-check"
import { expect, test } from "vitest"
import { comesAfter, isBelow, isChild, parentsOf } from "./paths.ts"

/** Few names, some of which begin the same, and with characters on both sides of the slash. */
const names = array(constantFrom("a", "ab", "a.b", "a-b", "b"), { maxLength: 4 })
const pathOf = (components: readonly string[]): string => `/${components.join("/")}`

test("what is below a directory has its names and more", () => {
  assert(
    property(names, names, (path, directory) => {
      const below = path.length > directory.length && directory.every((name, index) => name === path[index])
      expect(isBelow(pathOf(path), pathOf(directory))).toBe(below)
      expect(isChild(pathOf(path), pathOf(directory))).toBe(below && path.length === directory.length + 1)
    }),
    { seed: 1, numRuns: 1_000 },
  )
})

test("the directories above a path are all that it is below of, but for the root", () => {
  assert(
    property(names, (path) => {
      const parents = path.slice(0, -1).map((_, index) => pathOf(path.slice(0, index + 1)))
      expect(parentsOf(pathOf(path))).toEqual(parents.reverse())
    }),
    { seed: 1 },
  )
})

test("the order of a walk is that of the names, one after the other", () => {
  assert(
    property(names, names, (path, other) => {
      const differs = path.findIndex((name, index) => name !== other[index])
      const [name = "", against = ""] = [path[differs], other[differs]]
      expect(comesAfter(pathOf(path), pathOf(other))).toBe(differs !== -1 && name > against)
    }),
    { seed: 1, numRuns: 1_000 },
  )
})
