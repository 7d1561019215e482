import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { loadMutants } from "../fixtures/mutants/catalogue.ts"
import { historicBugs } from "../fixtures/mutants/historic-bugs.ts"
import { renderHistoricBugs } from "./historic-bugs.ts"

test("docs/historic-bugs.md is what the zoo says: else run npm run docs", async () => {
  const document = await readFile(new URL("../docs/historic-bugs.md", import.meta.url), "utf8")
  expect(document).toBe(renderHistoricBugs(historicBugs, await loadMutants()))
})

test("what stands for a bug is in the zoo, and each bug is there once", async () => {
  const ids = new Set((await loadMutants()).map(({ id }) => id))
  const standing = historicBugs.flatMap(({ standsFor }) => ("none" in standsFor ? [] : standsFor))
  expect(standing.filter((id) => !ids.has(id))).toEqual([])
  expect(new Set(historicBugs.map(({ id }) => id)).size).toBe(historicBugs.length)
})
