import { setTimeout } from "node:timers/promises"
import { content, versionsOf } from "../../fixtures/arbitraries/content.ts"
import { component, path, unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { forAll, once } from "../execution/for-all.ts"
import { quote } from "../execution/rendering.ts"
import { expectRefusal, expectRefusalOrValue, expectSize, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const missing = defineRule({
  id: "stat/missing-is-path-not-found",
  level: "MUST",
  statement: "stat of a path where nothing is rejects with PathNotFoundError for that path, in a folder that is there too.",
  why: "Before a push a client asks which layers are there already; any other error makes the push fail.",
  source: "storagedriver.go, Stat; testsuites.go, TestStatCall",
  check: forAll({ paths: unrelatedPaths(2), name: component() }, async ({ given, driver, paths: [present, absent], name }) => {
    await given.storedFile(`${present}/file`, contentOf(1, 16))
    await expectRefusal(driver, () => driver.stat(absent), "PathNotFound", absent)
    const beside = `${present}/not-${name}`
    await expectRefusal(driver, () => driver.stat(beside), "PathNotFound", beside)
  }),
})

const file = defineRule({
  id: "stat/file",
  level: "MUST",
  statement: "stat of a file gives its path, its size in bytes, and that it is no directory.",
  why: "The size becomes the Content-Length of what a client downloads.",
  source: "storagedriver.go, Stat; testsuites.go, TestStatCall",
  check: forAll({ path: path(), content: content() }, async ({ given, driver, path, content }) => {
    await given.file(path, content)
    const info = await driver.stat(path)
    expectThat(driver, !info.isDirectory, `a file at ${quote(path)}`, "a directory")
    expectThat(driver, info.path === path, `the path ${quote(path)}`, quote(info.path))
    expectThat(driver, info.size === content.length, `a size of ${describeCount(content.length)}`, describeCount(info.size))
  }),
})

const directory = defineRule({
  id: "stat/directory",
  level: "MUST",
  statement: "stat of a folder with a file somewhere below it gives its path and that it is a directory.",
  why: "The registry finds out so whether a repository is there.",
  source: "testsuites.go, TestStatCall",
  check: forAll({ folder: path({ maxDepth: 3 }), name: component() }, async ({ given, driver, folder, name }) => {
    await given.file(`${folder}/${name}/file`, contentOf(1, 16))
    for (const path of [folder, `${folder}/${name}`]) {
      const info = await driver.stat(path)
      expectThat(driver, info.isDirectory, `a directory at ${quote(path)}`, `a file of ${describeCount(info.size)}`)
      expectThat(driver, info.path === path, `the path ${quote(path)}`, quote(info.path))
    }
  }),
})

const sizeAfterOverwrite = defineRule({
  id: "stat/size-after-overwrite",
  level: "MUST",
  statement: "Right after a file was overwritten stat gives the new size.",
  why: "A stale size cuts a download short, or lets it wait for bytes that never come.",
  source: "testsuites.go, TestPutContentMultipleTimes and TestStatCall",
  check: forAll({ path: path(), versions: versionsOf(3) }, async ({ driver, path, versions }) => {
    for (const version of versions) {
      await driver.putContent(path, bytesOf(version))
      await expectSize(driver, path, version.length)
    }
  }),
})

/** Milliseconds by which the timers of this process and the clock that stamps files may differ over the longest wait. */
const tolerance = 20

/** Waits for so many milliseconds and not a part of one less: a timer may fire early, and a clock of 1 ms then shows the same time. */
async function pass(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds
  for (let left = milliseconds; left > 0; left = end - performance.now()) await setTimeout(Math.ceil(left))
}

const modTimeGrows = defineRule({
  id: "stat/modification-time-grows",
  level: "MUST",
  statement:
    "A file that is written again, by putContent or by an upload, after the resolution of the driver's clock has a later modification time.",
  why: "The registry removes uploads that were not touched for a week, and knows their age from it.",
  source: "testsuites.go, TestStatCall, which waits ten seconds; a driver may declare a shorter time",
  check: once(async ({ given, driver, capabilities }) => {
    const paths = ["/file", "/uploaded"] as const
    const before: Date[] = []
    for (const path of paths) {
      await given.storedFile(path, contentOf(1, 16, 1))
      before.push((await driver.stat(path)).modTime)
    }
    await pass(capabilities.modTimeResolution + tolerance)
    await driver.putContent(paths[0], bytesOf(contentOf(1, 24, 2)))
    await given.committedUpload(paths[1], contentOf(1, 24, 2))
    for (const [index, old] of before.entries()) {
      const { modTime } = await driver.stat(paths[index] ?? "")
      expectThat(
        driver,
        modTime > old,
        `a modification time after ${old.toISOString()}, ${capabilities.modTimeResolution} ms later`,
        modTime.toISOString(),
      )
    }
  }),
})

const root = defineRule({
  id: "stat/root",
  level: "MUST",
  statement: 'stat of "/" gives a directory, or rejects with PathNotFoundError.',
  why: "The registry's health check asks for it over and over, and takes any other answer for an outage.",
  source: "testsuites.go, TestStatCall; registry/handlers/app.go, the storage driver's health check",
  check: once(async ({ given, driver }) => {
    await given.storedFile("/file", contentOf(1, 16))
    const info = await expectRefusalOrValue(driver, () => driver.bare.stat("/"), "PathNotFound", "/")
    if (info !== undefined)
      expectThat(driver, info.isDirectory && info.path === "/", 'a directory "/"', `${quote(info.path)}, no directory`)
  }),
})

export const rules: readonly Rule[] = [missing, file, directory, sizeAfterOverwrite, modTimeGrows, root]
