import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { loadSuite, suiteNames } from "../suites/catalogue.ts"
import { renderRuleReference } from "./rule-reference.ts"

test("docs/rules.md is what the rules say: else run npm run docs", async () => {
  const suites = await Promise.all(suiteNames.map((name) => loadSuite(name)))
  expect(await readFile(new URL("../docs/rules.md", import.meta.url), "utf8")).toBe(renderRuleReference(suites))
})
