import { errorCodeOf, PathNotFoundError, type WalkFunction, type WalkStep } from "../../drivers/contract.ts"
import { contentOf } from "../../fixtures/content.ts"
import { CallFailed } from "../execution/failures.ts"
import { once } from "../execution/for-all.ts"
import { type Given, setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectContent, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Names around which byte order, order by component and prefixes differ; sorted as a walk goes, folders before their contents. */
const walked = [
  "/top/a",
  "/top/a/a",
  "/top/a/b",
  "/top/a-b",
  "/top/a.b",
  "/top/ab",
  "/top/ab/deep",
  "/top/ab/deep/er",
  "/top/ab/deep/er/file",
  "/top/b",
] as const
const files = walked.filter((path) => !walked.some((other) => other.startsWith(`${path}/`)))

/** Files whose names languages, numbers and readers put into another order than bytes do. */
const ofEveryKind = ["-a", ".b", "10", "9", "Z", "_c", "a", "a.1", "a1", "b"].map((name) => `/kinds/${name}`)

async function tree(given: Given): Promise<void> {
  await setUp(() => Promise.all(files.map((file, index) => given.file(file, contentOf(index + 1, 8)))))
}

/** Walks, and gives the paths that were reported, in order. */
async function walkOver(
  driver: ObservedDriver,
  step: (path: string) => WalkStep | Promise<WalkStep> = () => undefined,
  startAfter?: string,
): Promise<readonly string[]> {
  const paths: string[] = []
  const visit: WalkFunction = ({ path }) => {
    paths.push(path)
    return step(path)
  }
  await driver.walk("/top", visit, startAfter === undefined ? {} : { startAfter })
  return paths
}

function expectWalk(driver: ObservedDriver, got: readonly string[], wanted: readonly string[], what: string): void {
  const same = got.length === wanted.length && got.every((path, index) => path === wanted[index])
  expectThat(driver, same, `${what}: ${wanted.map(quote).join(", ")}`, got.map(quote).join(", ") || "nothing")
}

const order = defineRule({
  id: "walk/siblings-in-byte-order",
  level: "SHOULD",
  statement: "walk reports what lies in one folder in the byte order of its names.",
  why: "The catalogue is paged by it: a client goes on behind the last name that it has seen.",
  source: "walk.go, WalkFallback sorts each folder; registry/storage/catalog.go",
  check: once(async ({ given, driver }) => {
    await tree(given)
    expectWalk(driver, await walkOver(driver), walked, "all in this order")
    await given.files(ofEveryKind)
    const reported: string[] = []
    await driver.walk("/kinds", ({ path }) => void reported.push(path))
    expectWalk(driver, reported, ofEveryKind, "all in this order")
  }),
})

const skip = defineRule({
  id: "walk/skip-directory",
  level: "MUST",
  statement: '"skip-directory" passes over what is in the folder just reported, and over nothing else.',
  why: "The catalogue skips what is in a repository by it; one whose name begins the same would go missing.",
  source: "storagedriver.go, ErrSkipDir; distribution issue 4891",
  check: once(async ({ given, driver }) => {
    await tree(given)
    for (const skipped of ["/top/a", "/top/ab"]) {
      const got = await walkOver(driver, (path) => (path === skipped ? "skip-directory" : undefined))
      const wanted = walked.filter((path) => !path.startsWith(`${skipped}/`))
      expectWalk(driver, [...got].sort(), [...wanted].sort(), `all but what is in ${quote(skipped)}`)
    }
  }),
})

const stop = defineRule({
  id: "walk/stop-is-final",
  level: "MUST",
  statement: '"stop" ends the walk without an error, and nothing more is reported, however deep it was.',
  why: "The catalogue stops when its page is full, and writes behind the end of it if it is called again.",
  source: "storagedriver.go, ErrFilledBuffer; walk.go; registry/storage/catalog.go",
  check: once(async ({ given, driver }) => {
    await tree(given)
    for (const last of ["/top/a", "/top/a/a", "/top/ab/deep/er/file"]) {
      const got = await walkOver(driver, (path) => (path === last ? "stop" : undefined))
      expectThat(
        driver,
        got.at(-1) === last,
        `the walk to end with ${quote(last)}`,
        `${quote(got.at(-1) ?? "")} as the last of ${got.length}`,
      )
    }
  }),
})

const startAfter = defineRule({
  id: "walk/start-after",
  level: "SHOULD",
  statement: "startAfter leaves out what comes before it in the order of the walk, and itself, and nothing that comes after it.",
  why: "The second page of the catalogue begins there: a repository left out is never listed.",
  source: "storagedriver.go, WithStartAfterHint; registry/storage/catalog.go",
  check: once(async ({ given, driver }) => {
    await tree(given)
    for (const hint of ["/top", "/top/a/a", "/top/a-b", "/top/ab/deep", "/top/ab/deep/er/file", "/top/aa"]) {
      const got = (await walkOver(driver, undefined, hint)).filter((path) => files.some((file) => file === path))
      const wanted = files.filter((file) => comesAfter(file, hint))
      expectWalk(driver, [...got].sort(), [...wanted].sort(), `the files behind ${quote(hint)}`)
    }
    await given.files(ofEveryKind)
    for (const [index, hint] of ofEveryKind.entries()) {
      const got: string[] = []
      await driver.walk("/kinds", ({ path }) => void got.push(path), { startAfter: hint })
      expectWalk(driver, [...got].sort(), ofEveryKind.slice(index + 1).sort(), `the files behind ${quote(hint)}`)
    }
  }),
})

/** Component by component, as a walk goes. */
function comesAfter(path: string, other: string): boolean {
  const [one, two] = [path.split("/"), other.split("/")]
  for (const [index, component] of one.entries()) {
    const against = two[index]
    if (against === undefined) return true
    if (component !== against) return component > against
  }
  return false
}

const visitorError = defineRule({
  id: "walk/error-of-the-visitor-ends-it",
  level: "MUST",
  statement:
    "An error that the visitor throws, be it a PathNotFoundError, ends the walk, which rejects with it or with an error that it caused.",
  why: "Garbage collection must not go on to delete after it failed to read what is in use.",
  source: "walk.go, WalkFallback; storagedriver.go, Walk",
  check: once(async ({ given, driver }) => {
    await tree(given)
    const path = "/elsewhere"
    for (const thrown of [new Error("the visitor failed"), new PathNotFoundError({ driverName: driver.name, path })]) {
      await throwAtTheThird(driver, thrown)
    }
  }),
})

async function throwAtTheThird(driver: ObservedDriver, thrown: Error): Promise<void> {
  const seen: string[] = []
  const rejection = await walkOver(driver, (path) => {
    seen.push(path)
    if (seen.length === 3) throw thrown
    return undefined
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const reason = rejection instanceof CallFailed ? rejection.reason : undefined
  // Where errors of the contract are made anew, by a bridge or around a driver, its like comes back.
  const isLike = errorCodeOf(thrown) !== undefined && errorCodeOf(reason) === errorCodeOf(thrown)
  const caused = reason === thrown || causesOf(reason).includes(thrown) || isLike
  expectThat(
    driver,
    caused,
    "the walk to reject with the visitor's error, or one that it caused",
    rejection === undefined ? "success" : String(rejection),
  )
  expectThat(driver, seen.length === 3, "nothing to be reported after the error", `${seen.length - 3} more entries`)
}

function causesOf(reason: unknown): readonly unknown[] {
  const causes: unknown[] = []
  for (let error = reason; error instanceof Error && causes.length < 10; error = error.cause) causes.push(error.cause)
  return causes
}

const visitorMayCall = defineRule({
  id: "walk/visitor-may-call-the-driver",
  level: "SHOULD",
  statement: "The visitor may call the driver: read what is reported, and delete it.",
  why: "Garbage collection reads links and the purge of uploads deletes folders from within a walk.",
  source: "registry/storage/garbagecollect.go; registry/storage/purgeuploads.go",
  check: once(async ({ given, driver }) => {
    await tree(given)
    await walkOver(driver, async (path) => {
      const index = (files as readonly string[]).indexOf(path)
      if (index !== -1) await expectContent(driver, path, contentOf(index + 1, 8))
      return undefined
    })
    const reported = await walkOver(driver, async (path) => {
      if (path !== "/top/ab") return undefined
      await driver.delete(path)
      return "skip-directory"
    })
    expectThat(driver, reported.includes("/top/b"), 'the walk to go on to "/top/b"', reported.map(quote).join(", "))
  }),
})

export const rules: readonly Rule[] = [order, skip, stop, startAfter, visitorError, visitorMayCall]
