import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { renderSurvivors } from "./document.ts"
import { notes } from "./notes.ts"

test.each(notes.map((note) => [note.file, note.line]))("%s still has the line %s", (file, line) => {
  const lines = readFileSync(file, "utf8").split("\n")
  expect(lines.filter((each) => each.trim().startsWith(line))).not.toEqual([])
})

test("docs/mutation.md lists the survivors: else run npm run docs", () => {
  const document = readFileSync("docs/mutation.md", "utf8")
  expect(renderSurvivors(document)).toBe(document)
})
