import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { renderDriverGuide } from "./driver-guide.ts"

test("docs/drivers/azure.md is what the driver says: else run npm run docs", async () => {
  const guide = await readFile(new URL("../docs/drivers/azure.md", import.meta.url), "utf8")
  expect(renderDriverGuide(guide)).toBe(guide)
  expect(guide).toMatch(/\| `copy_status_poll_max_retry` \| [^|]+-1: abort at once\. \|/)
  expect(() => renderDriverGuide("no marks")).toThrow("no place for the parameters")
})
