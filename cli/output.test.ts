import { expect, test } from "vitest"
import { widthOf } from "./output.ts"

test.each([
  ["a terminal", { columns: 72 }, 72],
  ["a terminal that does not tell its size", { columns: 0 }, 100],
  ["a pipe", {}, 100],
])("text for %s has the width of a line", (_, stream, width) => {
  expect(widthOf(stream)).toBe(width)
})
