import { contentOf } from "../../fixtures/content.ts"
import { once } from "../execution/for-all.ts"
import { quote } from "../execution/rendering.ts"
import { expectContent, expectListing, expectMissing, expectSize, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/**
 * Names that have a meaning elsewhere: to a language for what every object has, or for no value; to programs for what is unfinished or
 * their own; to a store for what separates folders; to a reader of numbers for another way to write one.
 */
const meaningful = [
  ...["constructor", "__proto__", "toString", "hasOwnProperty", "null", "undefined", "true", "NaN"],
  ...["a.tmp", "a.part", "a.lock", "a.bak", ".keep", ".DS_Store", "index.html"],
  ...["a__b", "a--b", "a..b", "a_.b", "a-2F-b"],
  ...["7", "07", "7.0", "1e3", "0x10", "2024-01-31"],
]

const meaningfulNames = defineRule({
  id: "paths/names-with-a-meaning-are-like-any-other",
  level: "MUST",
  statement:
    "Names that mean something to a language, a program or a store are names like any other: nothing is there until it is written, and then get, stat, list and walk find it.",
  why: "A repository may be called constructor and a tag 1.0.tmp, and neither is to be hidden, or found where there is none.",
  source: "storagedriver.go, PathRegexp, Stat, List and Walk; testsuites.go, TestValidPaths",
  check: once(async ({ given, driver }) => {
    const paths = meaningful.map((name) => `/names/${name}`)
    await given.storedFile("/names/witness", contentOf(100, 16))
    for (const path of paths) await expectMissing(driver, path)
    const contents = await given.files([...paths, ...meaningful.map((name) => `/folders/${name}/${name}`)])
    for (const [index, path] of paths.entries()) {
      const content = contents[index] ?? contentOf(0, 0)
      await expectContent(driver, path, content)
      await expectSize(driver, path, content.length)
    }
    await expectListing(driver, "/names", [...paths, "/names/witness"])
    await expectListing(
      driver,
      "/folders",
      meaningful.map((name) => `/folders/${name}`),
    )
    const walked: string[] = []
    await driver.walk("/folders", ({ path, isDirectory }) => {
      if (!isDirectory) walked.push(path)
    })
    for (const name of meaningful) {
      const file = `/folders/${name}/${name}`
      const times = walked.filter((path) => path === file).length
      expectThat(driver, times === 1, `walk to report ${quote(file)} once`, `${times} times`)
      await driver.delete(`/folders/${name}`)
      await expectMissing(driver, file)
    }
  }),
})

export const rules: readonly Rule[] = [meaningfulNames]
