import { setImmediate as turn } from "node:timers/promises"
import { contents } from "../../fixtures/arbitraries/content.ts"
import { unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { forAll, once } from "../execution/for-all.ts"
import { quote } from "../execution/rendering.ts"
import { expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const kindAndSize = defineRule({
  id: "walk/kind-and-size",
  level: "MUST",
  statement: "walk tells of each file its size in bytes and that it is none, and of each folder that it is a directory.",
  why: "Garbage collection takes what is no directory for a blob or a link, and the sizes are what it says it will free.",
  source: "storagedriver.go, Walk and WalkFn; fileinfo.go, FileInfo.Size and IsDir",
  check: forAll({ paths: unrelatedPaths(4), contents: contents(4) }, async ({ given, driver, paths, contents: stored }) => {
    for (const [index, content] of stored.entries()) await given.file(`/top${paths[index]}`, content)
    const sizes = new Map(stored.map((content, index) => [`/top${paths[index]}`, content.length]))
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
  }),
})

const files = ["/top/a", "/top/b/c", "/top/b/d/e", "/top/b/f", "/top/g"]

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

export const rules: readonly Rule[] = [kindAndSize, oneAtATime]
