import { expect, test } from "vitest"
import { BadInput } from "./bad-input.ts"

test("bad input is told on one line, in which every character is seen", () => {
  expect(new BadInput("no such driver:\n  \u001b[2J\r\n\tat a\u202eb\n").message).toBe(
    "no such driver: \\u{1b}[2J at a\\u{202e}b",
  )
})
