import { readFile, stat } from "node:fs/promises"
import { expect, test } from "vitest"
import { loadAllRules } from "../suites/catalogue.ts"

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), "utf8")

test("the table of Distribution's tests names rules that there are, at least one a test", async () => {
  const ruleIds = await loadAllRules()
  const idsIn = (text: string): readonly string[] => [...text.matchAll(/`([a-z-]+\/[a-z0-9-]+)`/g)].map(([, id]) => id ?? "")
  const document = await read("docs/distribution-tests.md")
  expect(idsIn(document).filter((id) => !ruleIds.has(id))).toEqual([])
  const rows = document.split("\n").filter((line) => /^\| [A-Z]/.test(line))
  expect(rows.length).toBeGreaterThan(25)
  expect(rows.filter((row) => idsIn(row).length === 0)).toEqual([])
})

test("what the documents link to is there", async () => {
  const guides = ["writing-a-driver", "targets", "distribution-tests", "measuring-a-driver", "scale", "drivers/azure"].map(
    (name) => `docs/${name}.md`,
  )
  for (const document of ["README.md", ...guides]) {
    const folder = new URL(`../${document}`, import.meta.url)
    const links = [...(await read(document)).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link ?? "")
    for (const link of links) await expect(stat(new URL(link, folder)), `${document}: ${link}`).resolves.toBeDefined()
  }
})
