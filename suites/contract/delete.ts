import { uniqueArray } from "fast-check"
import { content } from "../../fixtures/arbitraries/content.ts"
import { component, path, unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { contentOf } from "../../fixtures/content.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectContent, expectMissing, expectRefusal } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const file = defineRule({
  id: "delete/file",
  level: "MUST",
  statement: "After a file was deleted nothing is at its path.",
  why: "What was deleted, perhaps by order of a court, must not be served any more.",
  source: "storagedriver.go, Delete; testsuites.go, TestDelete",
  check: forAll({ path: path(), content: content() }, async ({ given, driver, path, content }) => {
    await given.storedFile(path, content)
    await driver.delete(path)
    await expectMissing(driver, path)
  }),
})

const missing = defineRule({
  id: "delete/missing-is-path-not-found",
  level: "MUST",
  statement: "delete of a path where nothing is rejects with PathNotFoundError for that path.",
  why: "The registry answers 'not found' on this error alone, and tolerates no other when it removes what another has removed.",
  source: "storagedriver.go, Delete; testsuites.go, TestDeleteNonexistent",
  check: forAll({ paths: unrelatedPaths(2) }, async ({ given, driver, paths: [present, absent] }) => {
    await given.storedFile(present, contentOf(1, 16))
    await expectRefusal(driver, () => driver.delete(absent), "PathNotFound", absent)
  }),
})

const folder = defineRule({
  id: "delete/everything-below",
  level: "MUST",
  statement: "After a folder was deleted nothing is left of it and of all that was below it.",
  why: "An upload is removed as a folder; what stays of it is never found again.",
  source: "storagedriver.go, Delete; testsuites.go, TestDeleteFolder",
  check: forAll({ folder: path({ maxDepth: 2 }), paths: unrelatedPaths(4) }, async ({ given, driver, folder, paths }) => {
    const files = paths.map((below) => `${folder}${below}`)
    for (const [index, path] of files.entries()) await given.storedFile(path, contentOf(index + 1, 8))
    await driver.delete(folder)
    for (const path of files) await expectMissing(driver, path)
    await expectRefusal(driver, () => driver.list(folder), "PathNotFound", folder)
  }),
})

const fileInFolder = defineRule({
  id: "delete/only-the-file",
  level: "MUST",
  statement: "Deleting one file of a folder leaves the others as they were.",
  why: "Deleting one tag must not delete its neighbours.",
  source: "testsuites.go, TestDeleteFolder",
  check: inTurn(
    forEach([{ others: ["/tags/b", "/tags/c/link", "/data"] }, { others: ["/tags/.b", "/.data"] }], (one) =>
      deleteBeside(one, "/tags/a", one.others),
    ),
    forAll({ paths: unrelatedPaths(3) }, (one) => {
      const [deleted, ...others] = one.paths
      return deleteBeside(one, deleted, others)
    }),
  ),
})

async function deleteBeside({ given, driver }: Case, name: string, others: readonly string[]): Promise<void> {
  const deleted = `/folder${name}`
  for (const [index, other] of others.entries()) await given.file(`/folder${other}`, contentOf(index + 1, 8))
  await given.storedFile(deleted, contentOf(9, 8))
  await driver.delete(deleted)
  await expectMissing(driver, deleted)
  for (const [index, other] of others.entries()) await expectContent(driver, `/folder${other}`, contentOf(index + 1, 8))
}

/** Endings of names beside the one deleted, different even for a storage that ignores case. */
const suffixes = uniqueArray(component(), { minLength: 2, maxLength: 5, selector: (suffix) => suffix.toLowerCase() })

const spares = defineRule({
  id: "delete/spares-names-that-begin-the-same",
  level: "MUST",
  statement: "Deleting a file or a folder leaves alone what lies beside it with a name that begins the same.",
  why: "Deleting the tag latest has deleted latest-dev in shipping drivers, or nothing at all.",
  source: "testsuites.go, TestDeleteOnlyDeletesSubpaths; distribution commit 76226c61a, pull request 3142",
  check: forAll({ path: path({ maxDepth: 2 }), suffixes }, async ({ given, driver, path, suffixes }) => {
    const beside = suffixes.map((suffix, index) => (index % 2 === 0 ? `${path}${suffix}` : `${path}${suffix}/below`))
    await given.storedFile(`${path}/below`, contentOf(100, 8))
    for (const [index, sibling] of beside.entries()) await given.file(sibling, contentOf(index + 1, 8))
    await driver.delete(path)
    await expectMissing(driver, `${path}/below`)
    for (const [index, sibling] of beside.entries()) await expectContent(driver, sibling, contentOf(index + 1, 8))
  }),
})

export const rules: readonly Rule[] = [file, missing, folder, fileInFolder, spares]
