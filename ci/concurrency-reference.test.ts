import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { loadSuite } from "../suites/catalogue.ts"
import { concurrencyPromises } from "../suites/specification/concurrency.ts"
import { renderConcurrencyReference } from "./concurrency-reference.ts"

const { rules } = await loadSuite("concurrency")
const levelOf = new Map(rules.map(({ id, level }) => [id, level]))

test("docs/concurrency.md is what the specification says: else run npm run docs", async () => {
  expect(await readFile(new URL("../docs/concurrency.md", import.meta.url), "utf8")).toBe(renderConcurrencyReference())
})

test.each(concurrencyPromises.map((promise) => [promise.level, promise.statement, promise] as const))(
  "%s: %s",
  (_level, _statement, { level, rules: ids }) => {
    expect(ids.length).toBeGreaterThan(0)
    for (const id of ids) {
      expect(levelOf.has(id), id).toBe(true)
      if (level !== "open") expect(levelOf.get(id), id).toBe(level)
    }
  },
)

test("each rule on concurrent callers rests on a promise of its level", () => {
  const bound = new Set(concurrencyPromises.filter(({ level }) => level !== "open").flatMap((promise) => promise.rules))
  expect(rules.map(({ id }) => id).filter((id) => !bound.has(id))).toEqual([])
})
