import { content } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { forAll, once } from "../execution/for-all.ts"
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

export const rules: readonly Rule[] = [twice, lastOfItsFolder, manyFiles]
