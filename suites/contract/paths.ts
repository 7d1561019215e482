import { content } from "../../fixtures/arbitraries/content.ts"
import { barePath, defectiveSuffix, path } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { forAll } from "../execution/for-all.ts"
import { expectContent, expectListing, expectRefusal } from "../expect.ts"
import { ownStorage } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

const validAreTaken = defineRule({
  id: "paths/valid-are-taken",
  level: "MUST",
  statement: "Every path of the grammar can be written and read: letters, digits, dots, underscores and dashes, in any place.",
  why: "Names of repositories and tags become paths as they are.",
  source: "storagedriver.go, PathRegexp; testsuites.go, TestValidPaths",
  check: forAll(
    { path: path(), content: content({ maxLength: 64 }) },
    async ({ driver, path, content }) => {
      await driver.putContent(path, bytesOf(content))
      await expectContent(driver, path, content)
    },
    { runs: 30 },
  ),
})

const invalidAreRefused = defineRule({
  id: "paths/invalid-are-refused",
  level: "MUST",
  statement: "putContent and getContent refuse a path outside the grammar with InvalidPathError for it, and store nothing.",
  why: "A path that is taken in another spelling is one file under two names, or a file outside the registry's folder.",
  source: "storagedriver.go, PathRegexp and InvalidPathError; testsuites.go, TestInvalidPaths",
  check: forAll(
    { suffix: defectiveSuffix() },
    async ({ given, driver, suffix }) => {
      await given.storedFile("/folder/file", contentOf(1, 16))
      const path = `/folder${suffix}`
      await expectRefusal(driver, () => driver.putContent(path, bytesOf(contentOf(2, 16))), "InvalidPath", path)
      await expectRefusal(driver, () => driver.getContent(path), "InvalidPath", path)
      await expectListing(driver, "/folder", ["/folder/file"])
    },
    { runs: 25 },
  ),
})

const bareAreRefused = defineRule({
  id: "paths/relative-and-empty-are-refused",
  level: "MUST",
  statement:
    'putContent and getContent refuse the empty path, "/", and a path that does not begin with "/", with InvalidPathError for it.',
  why: "An empty path has been taken for the root, and the root is the whole registry.",
  source: "storagedriver.go, PathRegexp and InvalidPathError; testsuites.go, TestInvalidPaths",
  needs: [ownStorage],
  check: forAll(
    { path: barePath() },
    async ({ given, driver, path }) => {
      await given.storedFile("/folder/file", contentOf(1, 16))
      for (const bare of [path, "", "/"]) {
        await expectRefusal(driver.bare, () => driver.bare.putContent(bare, bytesOf(contentOf(2, 16))), "InvalidPath", bare)
        await expectRefusal(driver.bare, () => driver.bare.getContent(bare), "InvalidPath", bare)
      }
      await expectContent(driver, "/folder/file", contentOf(1, 16))
    },
    { runs: 6 },
  ),
})

export const rules: readonly Rule[] = [validAreTaken, invalidAreRefused, bareAreRefused]
