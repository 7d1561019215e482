import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { loadMutants } from "../fixtures/mutants/catalogue.ts"
import { renderDriverGuide } from "./driver-guide.ts"

test("docs/drivers/azure.md is what the driver says: else run npm run docs", async () => {
  const guide = await readFile(new URL("../docs/drivers/azure.md", import.meta.url), "utf8")
  expect(renderDriverGuide(guide)).toBe(guide)
  expect(guide).toMatch(/\| `copy_status_poll_max_retry` \| [^|]+-1: abort at once\. \|/)
  expect(() => renderDriverGuide("no marks")).toThrow("no place for the parameters")
})

test("the known-bad drivers that the guide names are there, and caught by the rules that it names", async () => {
  const guide = await readFile(new URL("../docs/drivers/azure.md", import.meta.url), "utf8")
  const caughtBy = new Map((await loadMutants()).map((mutant) => [mutant.id, mutant.caughtBy]))
  const named = [...guide.matchAll(/`([a-z0-9-]+)`: `([a-z-]+\/[a-z0-9-]+)`/g)].map(([, id = "", rule = ""]) => ({ id, rule }))
  expect(named.length).toBeGreaterThan(12)
  for (const { id, rule } of named) expect(caughtBy.get(id), id).toBe(rule)
})
