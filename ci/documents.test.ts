import { readFile, stat } from "node:fs/promises"
import { expect, test } from "vitest"
import { loadAllRules } from "../suites/catalogue.ts"

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), "utf8")

test("the table of Distribution's tests names rules that there are, and leaves none out", async () => {
  const named = [...(await read("docs/distribution-tests.md")).matchAll(/`([a-z-]+\/[a-z0-9-]+)`/g)].map(([, id]) => id)
  const ids = [...(await loadAllRules()).keys()]
  expect(ids.filter((id) => !named.includes(id))).toEqual([])
  expect(named.filter((id) => id !== undefined && !ids.includes(id))).toEqual([])
})

test("what the documents link to is there", async () => {
  for (const document of ["README.md", "docs/writing-a-driver.md", "docs/distribution-tests.md"]) {
    const folder = new URL(`../${document}`, import.meta.url)
    const links = [...(await read(document)).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link ?? "")
    for (const link of links) await expect(stat(new URL(link, folder)), `${document}: ${link}`).resolves.toBeDefined()
  }
})
