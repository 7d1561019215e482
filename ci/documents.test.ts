import { globSync } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { expect, test } from "vitest"
import { loadMutants } from "../fixtures/mutants/catalogue.ts"
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

test("the table of what Distribution's azure driver does otherwise names known-bad drivers, each with the rule that catches it", async () => {
  const mutants = await loadMutants()
  const caughtBy = new Map(mutants.map((mutant) => [mutant.id, mutant.caughtBy]))
  const [, table = ""] = (await read("docs/drivers/azure.md")).split("## What Distribution's driver does otherwise")
  const named = [...table.matchAll(/`([a-z-]+)`: `([a-z-]+\/[a-z0-9-]+)`/g)]
  expect(named.length).toBeGreaterThan(20)
  for (const [, id = "", rule] of named) expect(caughtBy.get(id), id).toBe(rule)
  const unexplained = table.split("\n").filter((line) => /^\| .* \| *\|$/.test(line))
  expect(unexplained).toEqual([])
})

const linksIn = (text: string): readonly string[] =>
  [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link ?? "")

test("what the README links to comes with the package", async () => {
  const { files }: { files: readonly string[] } = JSON.parse(await read("package.json"))
  const links = linksIn(await read("README.md"))
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((link) => !files.some((file) => link === file || link.startsWith(`${file}/`)))).toEqual([])
})

test("what the documents link to is there", async () => {
  const guides = globSync("docs/**/*.md", { cwd: new URL("..", import.meta.url) })
  expect(guides.length).toBeGreaterThan(10)
  for (const document of ["README.md", ...guides]) {
    const folder = new URL(`../${document}`, import.meta.url)
    for (const link of linksIn(await read(document)))
      await expect(stat(new URL(link, folder)), `${document}: ${link}`).resolves.toBeDefined()
  }
})
