import { contentOf } from "../../fixtures/content.ts"
import { forEach, once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectRefusalOrValue, expectThat } from "../expect.ts"
import { ownStorage } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

const deletions = defineRule({
  id: "walk/deletions-do-not-fail-it",
  level: "SHOULD",
  statement: "What the visitor deletes before it was reported does not fail the walk, which reports all that is still there.",
  why: "Uploads end and tags are deleted while the registry walks; a purge or a catalogue that fails by it is never done.",
  source: "distribution commit 6b73a9ab8; registry/storage/purgeuploads.go",
  check: once(async ({ given, driver }) => {
    const deleted = ["/top/a/gone", "/top/b-gone", "/top/c-gone/deep/file"]
    const kept = ["/top/a/begin", "/top/a/kept", "/top/c/kept", "/top/d"]
    await given.files([...deleted, ...kept])
    const reported: string[] = []
    await driver.walk("/top", async ({ path }) => {
      reported.push(path)
      if (path !== "/top/a/begin") return
      for (const gone of ["/top/a/gone", "/top/b-gone", "/top/c-gone"]) await driver.delete(gone)
    })
    const missing = kept.filter((path) => !reported.includes(path))
    expectThat(driver, missing.length === 0, "all that is still there to be reported", `no report of ${show(missing)}`)
  }),
})

const stopWithStartAfter = defineRule({
  id: "walk/stop-is-final-with-start-after",
  level: "SHOULD",
  statement:
    'Also a walk that begins behind a path deep below it ends with "stop", without an error and with nothing more reported.',
  why: "The catalogue writes behind the end of its page where it is called once more, and the registry breaks off.",
  source:
    "storagedriver.go, ErrFilledBuffer and WithStartAfterHint; distribution walk.go, which goes on; registry/storage/catalog.go",
  check: forEach(
    () => [
      { startAfter: "/top/a/b", last: "/top/a/c" },
      { startAfter: "/top/a/b", last: "/top/a/c/file" },
      { startAfter: "/top/a/b", last: "/top/a/d" },
      { startAfter: "/top/a/c/file", last: "/top/ab/deep/file" },
    ],
    async ({ given, driver, startAfter, last }) => {
      await given.files(["/top/a/b", "/top/a/c/file", "/top/a/d", "/top/ab/deep/er/file", "/top/ab/deep/file", "/top/z"])
      const reported: string[] = []
      const visit = ({ path }: { readonly path: string }) => {
        reported.push(path)
        return path === last ? "stop" : undefined
      }
      await driver.walk("/top", visit, { startAfter })
      expectThat(driver, reported.at(-1) === last, `the walk to end with ${quote(last)}`, show(reported))
    },
  ),
})

const onlyBelow = defineRule({
  id: "walk/only-what-is-below",
  level: "MUST",
  statement: "walk of a folder reports all that is below it, and nothing of those beside it whose names begin the same.",
  why: "Registries that share a storage, each in a folder of its own, would count and collect what belongs to another one.",
  source: "storagedriver.go, Walk; distribution issue 4891",
  check: once(async ({ given, driver }) => {
    const folders = ["/registry", "/registry-2", "/registry.old", "/registry2"]
    const names = ["a/link", "a-b/link", "registry/link", "link"]
    await given.files(folders.flatMap((folder) => names.map((name) => `${folder}/${name}-of-${folder.slice(1)}`)))
    for (const folder of folders) {
      const files = await filesBelow(driver, folder)
      const wanted = names.map((name) => `${folder}/${name}-of-${folder.slice(1)}`)
      const missing = wanted.filter((path) => !files.includes(path))
      const foreign = files.filter((path) => !wanted.includes(path))
      expectThat(driver, missing.length === 0, `all files below ${quote(folder)} to be reported`, `no report of ${show(missing)}`)
      expectThat(driver, foreign.length === 0, `only what is below ${quote(folder)} to be reported`, show(foreign))
    }
    const reported: string[] = []
    const beginning = "/regis"
    await expectRefusalOrValue(
      driver,
      () => driver.walk(beginning, ({ path }) => void reported.push(path)),
      "PathNotFound",
      beginning,
    )
    expectThat(
      driver,
      reported.length === 0,
      `nothing to be reported below ${quote(beginning)}, where nothing is`,
      show(reported),
    )
  }),
})

async function filesBelow(driver: ObservedDriver, folder: string): Promise<readonly string[]> {
  const files: string[] = []
  await driver.walk(folder, ({ path, isDirectory }) => {
    if (!isDirectory) files.push(path)
  })
  return files
}

function show(paths: readonly string[]): string {
  return paths.map(quote).join(", ") || "nothing"
}

const root = defineRule({
  id: "walk/root",
  level: "MUST",
  statement: 'walk of "/" reports what lies right below it by paths of one component, and not "/" itself.',
  why: "Whoever takes stock of a storage, or copies it to another one, begins there.",
  source: 'storagedriver.go, Walk; base/base.go, whose checks let Walk take "/"',
  // A driver may list all that is stored, however much is skipped.
  needs: [ownStorage],
  check: once(async ({ given, driver }) => {
    await given.storedFile("/file", contentOf(1, 16))
    const ours = `/${driver.observation.prefix.split("/")[1] ?? ""}`
    const reported: string[] = []
    await driver.bare.walk("/", ({ path, isDirectory }) => {
      reported.push(path)
      return isDirectory ? "skip-directory" : undefined
    })
    const wrong = reported.find((path) => !/^\/[^/]+$/.test(path))
    expectThat(driver, wrong === undefined, 'paths of one component, such as "/a"', quote(wrong ?? ""))
    const times = reported.filter((path) => path === ours).length
    // Of the root Distribution's gcs driver lists nothing, and so walks over nothing.
    const right = times === 1 || reported.length === 0
    expectThat(driver, right, `${quote(ours)} to be reported once`, `${times} times`)
  }),
})

export const rules: readonly Rule[] = [deletions, stopWithStartAfter, onlyBelow, root]
