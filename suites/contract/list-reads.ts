import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectContent, expectListing, expectRefusalOrValue, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const depth = 30

const deepTree = defineRule({
  id: "list/deep-tree",
  level: "MUST",
  statement: `A file ${depth} folders deep, all of one name, is found by stat, list and walk, with each folder on the way.`,
  why: "Names of repositories have any number of components, and the same one may come again.",
  source: "storagedriver.go, PathRegexp, Stat, List and Walk; distribution in-memory driver, whose look-up confuses such names",
  check: once(async ({ given, driver }) => {
    const way = Array.from({ length: depth }, (_, index) => "/n".repeat(index + 1))
    const file = "/n".repeat(depth + 1)
    await given.file(file, contentOf(1, 24))
    for (const folder of way) {
      const { isDirectory } = await driver.stat(folder)
      expectThat(driver, isDirectory, `a directory at ${quote(folder)}`, "a file")
      await expectListing(driver, folder, [`${folder}/n`])
    }
    const walked: string[] = []
    await driver.walk("/n", ({ path }) => {
      walked.push(path)
    })
    const times = walked.filter((path) => path === file).length
    expectThat(driver, times === 1, `walk to report ${quote(file)} once`, `${times} times, among ${walked.length} entries`)
    await expectContent(driver, file, contentOf(1, 24))
  }),
})

const allReadable = defineRule({
  id: "list/what-is-listed-can-be-read",
  level: "SHOULD",
  statement: "Each file that list or walk reports can be read, by any instance, also right after others were moved and deleted.",
  why: "Garbage collection gives up a repository at a link that is listed and not there, and then deletes what that repository uses.",
  source: "registry/storage/garbagecollect.go, which passes over a repository on PathNotFoundError, whatever raised it",
  check: once(async ({ given, driver, connect }) => {
    const other = await connect()
    await given.files(["/top/kept", "/top/moved", "/top/deleted", "/top/folder/file", "/top/folder/deep/file", "/top/last/file"])
    await given.storedFile("/top/overwritten", contentOf(11, 300))
    const readBefore = await readAllReported(other)
    await driver.putContent("/top/overwritten", bytesOf(contentOf(12, 20)))
    await driver.move("/top/moved", "/top/elsewhere/moved")
    for (const path of ["/top/deleted", "/top/folder", "/top/last/file"]) await driver.delete(path)
    for (const instance of [driver, other]) {
      const read = await readAllReported(instance)
      expectThat(instance, read.has("/top/kept"), `"/top/kept" to be reported`, [...read].map(quote).join(", ") || "nothing")
    }
    expectThat(other, readBefore.has("/top/deleted"), '"/top/deleted" to be reported before it was deleted', "nothing of it")
  }),
})

/** Reads each file that list and walk report below "/top", and gives their paths. */
async function readAllReported(driver: ObservedDriver): Promise<ReadonlySet<string>> {
  const files = new Set<string>()
  const folders = ["/top"]
  for (const folder of folders) {
    const entries = await expectRefusalOrValue(driver, () => driver.list(folder), "PathNotFound", folder)
    for (const entry of entries ?? []) {
      if ((await driver.stat(entry)).isDirectory) folders.push(entry)
      else files.add(entry)
    }
  }
  await driver.walk("/top", ({ path, isDirectory }) => {
    if (!isDirectory) files.add(path)
  })
  for (const file of files) await driver.getContent(file)
  return files
}

export const rules: readonly Rule[] = [deepTree, allReadable]
