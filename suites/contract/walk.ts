import { unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { contentOf } from "../../fixtures/content.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectRefusal, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

interface Visit {
  readonly path: string
  readonly isDirectory: boolean
}

async function visitsOf(driver: ObservedDriver, path: string): Promise<readonly Visit[]> {
  const visits: Visit[] = []
  await driver.walk(path, (info) => {
    visits.push({ path: info.path, isDirectory: info.isDirectory })
  })
  return visits
}

function show(paths: readonly string[]): string {
  return paths.length === 0 ? "none" : paths.map(quote).join(", ")
}

/** Files and folders whose names begin the same, beside each other and at two levels. */
const alike = ["/1.2/link", "/1.20/link", "/a/a", "/a/ab", "/a-b", "/ab", "/latest", "/latest-dev"]

const everyFile = defineRule({
  id: "walk/every-file-once",
  level: "MUST",
  statement: "walk reports each file below the path once, and nothing that is not there.",
  why: "Garbage collection finds by it what is in use, and deletes the rest.",
  source: "storagedriver.go, Walk; walk_test.go",
  check: inTurn(forEach([{ paths: alike }], expectEachOnce), forAll({ paths: unrelatedPaths(6) }, expectEachOnce)),
})

async function expectEachOnce({ given, driver, paths }: Case & { readonly paths: readonly string[] }): Promise<void> {
  const wanted = paths.map((path) => `/top${path}`)
  for (const [index, path] of wanted.entries()) await given.file(path, contentOf(index + 1, 8))
  const files = (await visitsOf(driver, "/top")).filter(({ isDirectory }) => !isDirectory).map(({ path }) => path)
  const missing = wanted.filter((path) => !files.includes(path))
  const surplus = files.filter((path, index) => !wanted.includes(path) || files.indexOf(path) !== index)
  expectThat(driver, missing.length === 0, `${wanted.length} files to be reported`, `no report of ${show(missing)}`)
  expectThat(driver, surplus.length === 0, `each of ${wanted.length} files to be reported once`, `too many: ${show(surplus)}`)
}

const foldersFirst = defineRule({
  id: "walk/folder-before-its-contents",
  level: "SHOULD",
  statement:
    "walk reports each folder once, before what is in it, which follows without a gap; the folder walked is not reported.",
  why: "The purge of uploads finds what to delete by the folder's own entry, and the catalogue cuts each path at the folder walked.",
  source: "walk.go, WalkFallback; registry/storage/purgeuploads.go; registry/storage/catalog.go",
  check: forAll({ paths: unrelatedPaths(5) }, async ({ given, driver, paths }) => {
    for (const [index, path] of paths.entries()) await given.file(`/top${path}`, contentOf(index + 1, 8))
    const visits = await visitsOf(driver, "/top")
    const folders = new Set(
      paths.flatMap((path) => ancestorsOf(`/top${path}`)).filter((folder) => folder !== "/top" && folder !== "/"),
    )
    for (const folder of folders) {
      const reported = visits.flatMap(({ path, isDirectory }, index) => (isDirectory && path === folder ? [index] : []))
      expectThat(driver, reported.length === 1, `the folder ${quote(folder)} to be reported once`, `${reported.length} times`)
      const inside = visits.flatMap(({ path }, index) => (path.startsWith(`${folder}/`) ? [index] : []))
      const [at = 0] = reported
      const contiguous = inside.every((index, position) => index === at + 1 + position)
      expectThat(driver, contiguous, `what is in ${quote(folder)} right behind it`, show(visits.map(({ path }) => path)))
    }
    expectThat(driver, !visits.some(({ path }) => path === "/top"), 'no report of "/top" itself', "one")
  }),
})

function ancestorsOf(path: string): readonly string[] {
  const components = path.split("/").slice(1, -1)
  return components.map((_, index) => `/${components.slice(0, index + 1).join("/")}`)
}

const missing = defineRule({
  id: "walk/missing-is-path-not-found",
  level: "SHOULD",
  statement: "walk of a path where nothing is rejects with PathNotFoundError for that path, and reports nothing.",
  why: "The registry answers 'not found' for a repository on this error.",
  source: "walk.go, WalkFallback; registry/storage/tagstore.go",
  check: forAll({ paths: unrelatedPaths(2) }, async ({ given, driver, paths: [present, absent] }) => {
    await given.storedFile(present, contentOf(1, 16))
    let visits = 0
    const count = (): void => {
      visits++
    }
    await expectRefusal(driver, () => driver.walk(absent, count), "PathNotFound", absent)
    expectThat(driver, visits === 0, "nothing to be reported", `${visits} entries`)
  }),
})

export const rules: readonly Rule[] = [everyFile, foldersFirst, missing]
