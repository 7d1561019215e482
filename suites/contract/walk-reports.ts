import { setTimeout as passes, setImmediate as turn } from "node:timers/promises"
import { contents } from "../../fixtures/arbitraries/content.ts"
import { unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { blockSizeOf } from "../block-size.ts"
import { forAll, forEach, inTurn, once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const files = ["/top/a", "/top/b/c", "/top/b/d/e", "/top/b/f", "/top/g"]

const kindAndSize = defineRule({
  id: "walk/kind-and-size",
  level: "MUST",
  statement: "walk tells of each file its size in bytes and that it is none, and of each folder that it is a directory.",
  why: "Garbage collection takes what is no directory for a blob or a link, and the sizes are what it says it will free.",
  source: "storagedriver.go, Walk and WalkFn; fileinfo.go, FileInfo.Size and IsDir",
  check: inTurn(
    forAll({ paths: unrelatedPaths(4), contents: contents(4) }, async (one) => {
      const files = one.contents.map((content, index) => [`/top${one.paths[index]}`, content] as const)
      for (const [path, content] of files) await one.given.file(path, content)
      await expectKindsAndSizes(one.driver, new Map(files.map(([path, { length }]) => [path, length])))
    }),
    forEach(
      (capabilities) => [{ length: blockSizeOf(capabilities) + 1 }],
      async ({ given, driver, length }) => {
        await given.committedUpload("/top/folder/uploaded", contentOf(1, length))
        await expectKindsAndSizes(driver, new Map([["/top/folder/uploaded", length]]))
      },
    ),
  ),
})

/** Walks over "/top", where only these files are. */
async function expectKindsAndSizes(driver: ObservedDriver, sizes: ReadonlyMap<string, number>): Promise<void> {
  const told = new Set<string>()
  await driver.walk("/top", ({ path, size, isDirectory }) => {
    told.add(path)
    const wanted = sizes.get(path)
    if (wanted === undefined) {
      expectThat(driver, isDirectory, `walk to report a directory at ${quote(path)}`, `a file of ${describeCount(size)}`)
    } else {
      const right = !isDirectory && size === wanted
      const got = isDirectory ? "a directory" : describeCount(size)
      expectThat(driver, right, `walk to report a file of ${describeCount(wanted)} at ${quote(path)}`, got)
    }
  })
  const missing = [...sizes.keys()].filter((path) => !told.has(path))
  expectThat(driver, missing.length === 0, "each file to be reported", `no report of ${missing.map(quote).join(", ")}`)
}

const time = defineRule({
  id: "walk/time-of-files",
  level: "SHOULD",
  statement:
    "walk tells of each file the modification time that stat tells, give or take the resolution of the driver's clock, a second at most.",
  why: "Whoever cleans up what is old walks over it, and would take what is new along, or nothing.",
  source: "fileinfo.go, FileInfo.ModTime, which WalkFn is given too; a SHOULD, for a listing may be rounded otherwise",
  check: once(async ({ given, driver, capabilities }) => {
    await given.files(files)
    await given.committedUpload("/top/uploaded", contentOf(9, 40))
    const finest = Math.min(capabilities.modTimeResolution, 1_000)
    await passes(2 * finest)
    const told = new Map<string, Date>()
    await driver.walk("/top", ({ path, modTime, isDirectory }) => {
      if (!isDirectory) told.set(path, modTime)
    })
    for (const path of [...files, "/top/uploaded"]) {
      const { modTime } = await driver.stat(path)
      const got = told.get(path)
      const near = got !== undefined && Math.abs(got.getTime() - modTime.getTime()) <= finest
      expectThat(driver, near, `walk to tell ${modTime.toISOString()} of ${quote(path)}`, got?.toISOString() ?? "nothing of it")
    }
  }),
})

const oneAtATime = defineRule({
  id: "walk/one-visit-at-a-time",
  level: "SHOULD",
  statement: "walk waits for each visit before the next one, and for the last one before it ends.",
  why: "The catalogue fills its page without a lock, and garbage collection begins to delete when the walk has ended.",
  source:
    "walk.go, WalkFallback, which calls one after the other; registry/storage/catalog.go; registry/storage/garbagecollect.go",
  check: once(async ({ given, driver }) => {
    for (const [index, file] of files.entries()) await given.file(file, contentOf(index + 1, 8))
    let under = 0
    let most = 0
    let ended = 0
    await driver.walk("/top", async () => {
      under++
      most = Math.max(most, under)
      for (let turns = 0; turns < 20; turns++) await turn()
      under--
      ended++
    })
    expectThat(driver, most === 1, "one visit at a time", `${most} at once`)
    expectThat(driver, under === 0, "no visit to be under way when the walk has ended", `${under} are`)
    expectThat(driver, ended >= files.length, `at least ${files.length} visits`, String(ended))
  }),
})

export const rules: readonly Rule[] = [kindAndSize, time, oneAtATime]
