import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { loadSuite, suiteNames } from "../suites/catalogue.ts"
import { renderRuleReference } from "./rule-reference.ts"

const suites = await Promise.all(suiteNames.map((name) => loadSuite(name)))

test("docs/rules.md is what the rules say: else run npm run docs", async () => {
  expect(await readFile(new URL("../docs/rules.md", import.meta.url), "utf8")).toBe(renderRuleReference(suites))
})

test("every MUST names its place in the written contract or in Distribution's own driver tests", () => {
  const musts = suites.flatMap(({ rules }) => rules).filter(({ level }) => level === "MUST")
  const unsourced = musts.filter(
    ({ source }) => !/\b(storagedriver|fileinfo|testsuites|walk)\.go\b|\bdeploying\.md\b/.test(source),
  )
  expect(musts.length).toBeGreaterThan(0)
  expect(unsourced.map(({ id, source }) => `${id}: ${source}`)).toEqual([])
})
