import { content } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { forAll, forEach, once } from "../execution/for-all.ts"
import { expectContent, expectListing, expectMissing, expectRefusal, expectRefusalOrValue, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const twice = defineRule({
  id: "delete/twice",
  level: "MUST",
  statement: "A second delete of the same path rejects with PathNotFoundError for it, and the path can be written again.",
  why: "The registry tolerates just this error where two clean up at once.",
  source: "storagedriver.go, Delete; testsuites.go, TestDeleteNonexistent",
  check: forAll({ path: path(), content: content({ minLength: 1 }) }, async ({ given, driver, path, content }) => {
    await given.storedFile(path, content)
    await driver.delete(path)
    await expectRefusal(driver, () => driver.delete(path), "PathNotFound", path)
    const again = { ...content, version: content.version + 1 }
    await driver.putContent(path, bytesOf(again))
    await expectContent(driver, path, again)
  }),
})

const lastOfItsFolder = defineRule({
  id: "delete/the-last-of-its-folder",
  level: "MUST",
  statement: "A folder whose last file was deleted lists as empty or as PathNotFound, and can be used again.",
  why: "Tags come and go; a folder that is neither there nor away keeps the next one from being pushed.",
  source: "storagedriver.go, List; some shipping drivers keep empty folders, others do not",
  check: forAll({ folder: path({ maxDepth: 2 }) }, async ({ given, driver, folder }) => {
    await given.storedFile(`${folder}/only`, contentOf(1, 16))
    await driver.delete(`${folder}/only`)
    const listed = await expectRefusalOrValue(driver, () => driver.list(folder), "PathNotFound", folder)
    if (listed !== undefined) expectThat(driver, listed.length === 0, "an empty folder", listed.join(", "))
    await driver.putContent(`${folder}/only`, bytesOf(contentOf(2, 16)))
    await expectListing(driver, folder, [`${folder}/only`])
  }),
})

const batch = 257

const manyFiles = defineRule({
  id: "delete/many-files",
  level: "MUST",
  statement: `delete of a folder with ${batch} files, in several folders, removes every one.`,
  why: "Services delete in batches of up to 256; what lies behind the first batch must go too.",
  source: "storagedriver.go, Delete; distribution commit 2d0a5ecc0",
  check: once(async ({ given, driver }) => {
    const files = Array.from({ length: batch }, (_, index) => `/tree/folder-${index % 5}/file-${index}`)
    await given.files(files)
    await given.storedFile("/tree2/file", contentOf(1, 8))
    await driver.delete("/tree")
    for (const path of ["/tree", ...files.slice(0, 3), ...files.slice(-3)]) await expectMissing(driver, path)
    await expectListing(driver, "/", ["/tree2"])
  }),
})

/** What is deleted and what lies beside it, as files, as folders, and one of each; "-" and "." come before "/" in byte order. */
const alike = [
  { deleted: "/latest", files: ["/latest"], beside: ["/latest-dev", "/latest.old", "/latest2"] },
  { deleted: "/latest", files: ["/latest/link", "/latest/index/link"], beside: ["/latest-dev/link", "/latest.old/link"] },
  { deleted: "/1.2", files: ["/1.2/link"], beside: ["/1.20/link", "/1.2-rc", "/1.2.0/link"] },
  { deleted: "/1.20", files: ["/1.20"], beside: ["/1.2/link", "/1.200/link"] },
  { deleted: "/a/a", files: ["/a/a"], beside: ["/a/ab", "/a/a-b", "/a/a.b", "/aa", "/a-a"] },
  { deleted: "/a", files: ["/a/a", "/a/b"], beside: ["/ab", "/a-b", "/a.b/a", "/b/a"] },
] as const

const besideOthers = defineRule({
  id: "delete/beside-names-that-begin-the-same",
  level: "MUST",
  statement: "A path is deleted also where names that begin with it lie beside it, and is not there because one of them is.",
  why: "Shipping drivers have answered well and deleted nothing where latest-dev lies beside latest.",
  source: "storagedriver.go, Delete; testsuites.go, TestDeleteNonexistent; distribution commit 03f9eb3a1, pull request 3142",
  check: forEach(alike, async ({ given, driver, connect, deleted, files, beside }) => {
    const others = await given.files(beside)
    for (const [index, file] of files.entries()) await given.storedFile(file, contentOf(100 + index, 8))
    await driver.delete(deleted)
    const other = await connect()
    for (const file of files) await expectMissing(other, file)
    await expectRefusal(driver, () => driver.delete(deleted), "PathNotFound", deleted)
    for (const [index, path] of beside.entries()) await expectContent(other, path, others[index] ?? contentOf(0, 0))
  }),
})

export const rules: readonly Rule[] = [twice, lastOfItsFolder, manyFiles, besideOthers]
