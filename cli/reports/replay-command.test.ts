import { expect, test } from "vitest"
import { replayCommand } from "./replay-command.ts"

const replayed = { reference: "./my driver.ts", seed: -7, options: ["-p", "a=b"] }

test("a rule is run again by its id and seed, on the same storage", () => {
  expect(replayCommand("move/a", replayed)).toBe(
    "npx storage-driver-conformance certify './my driver.ts' -p a=b --rule move/a --seed -7",
  )
})

test.each([
  [10_000, ""],
  [500, "--timeout 500ms "],
  [1.5, "--timeout 1.5ms "],
  [90_000, "--timeout 90s "],
])("calls have the same time as in the run: %d ms", (timeout, option) => {
  expect(replayCommand("move/a", { ...replayed, timeout })).toContain(`-p a=b ${option}--rule`)
})
