import { uniqueArray } from "fast-check"
import { component, path, unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { contentOf } from "../../fixtures/content.ts"
import { forAll, once } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import { expectListing, expectRefusal } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const missing = defineRule({
  id: "list/missing-is-path-not-found",
  level: "MUST",
  statement: "list of a path where nothing is rejects with PathNotFoundError for that path.",
  why: "The registry tells 'no such repository' from 'no tags yet' by it.",
  source: "storagedriver.go, List; testsuites.go, TestList",
  check: forAll({ paths: unrelatedPaths(2) }, async ({ given, driver, paths: [present, absent] }) => {
    await given.storedFile(present, contentOf(1, 16))
    await expectRefusal(driver, () => driver.list(absent), "PathNotFound", absent)
  }),
})

/** Names that stay apart for a storage that ignores case. */
const names = uniqueArray(component(), { minLength: 1, maxLength: 8, selector: (name) => name.toLowerCase() })

const directChildren = defineRule({
  id: "list/direct-children",
  level: "MUST",
  statement: "list gives the full paths of the files and folders right below the path, each once, and nothing else.",
  why: "A tag that is missing, listed twice or listed with what is below it is a wrong answer to every client that asks for tags.",
  source: "storagedriver.go, List; testsuites.go, TestList",
  check: forAll(
    { folder: path({ maxDepth: 3 }), files: names, folders: names },
    async ({ given, driver, folder, files, folders }) => {
      const taken = new Set(files.map((name) => name.toLowerCase()))
      const subfolders = folders.filter((name) => !taken.has(name.toLowerCase()))
      for (const [index, name] of files.entries()) await given.file(`${folder}/${name}`, contentOf(index + 1, 8))
      for (const [index, name] of subfolders.entries()) {
        await given.file(`${folder}/${name}/below`, contentOf(index + 1, 8))
        await given.file(`${folder}/${name}/${name}/further`, contentOf(index + 1, 8))
      }
      await expectListing(
        driver,
        folder,
        [...files, ...subfolders].map((name) => `${folder}/${name}`),
      )
    },
  ),
})

const manyFiles = defineRule({
  id: "list/many-files",
  level: "MUST",
  statement: "list of a folder with fifty files gives all of them, and of each folder above it the one that leads there.",
  why: "Repositories have many tags, and names of several components.",
  source: "testsuites.go, TestList: 50 files; the parent chain up to the root",
  check: once(async ({ given, driver }) => {
    const files = Array.from({ length: 50 }, (_, index) => `/parent/child/file-${index}`)
    await setUp(() => Promise.all(files.map((file, index) => given.file(file, contentOf(index + 1, 8)))))
    await expectListing(driver, "/parent/child", files)
    await expectListing(driver, "/parent", ["/parent/child"])
    await expectListing(driver, "/", ["/parent"])
  }),
})

export const rules: readonly Rule[] = [missing, directChildren, manyFiles]
