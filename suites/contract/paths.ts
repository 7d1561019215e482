import { constantFrom } from "fast-check"
import { barePath, defectiveSuffix, path } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectContent, expectListing, expectRefusal, expectRefusalOrValue, expectThat } from "../expect.ts"
import { ownStorage } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Those of TestValidPaths, and every character of the grammar in every place. */
const validPaths = [
  "/a",
  "/2",
  "/aa",
  "/a.a",
  "/0-9/abcdefg",
  "/abcdefg/z.75",
  "/abc/1.2.3.4.5-6_zyx/123.z/4",
  "/docker/docker-registry",
  "/123.abc",
  "/abc./abc",
  "/.abc",
  "/a--b",
  "/a-.b",
  "/_.abc",
  "/Docker/docker-registry",
  "/Abc/Cba",
  "/abcdefghijklmnopqrstuvwxyz/ABCDEFGHIJKLMNOPQRSTUVWXYZ/0123456789",
  ...[".", "-", "_"].flatMap((mark) => [`/${mark}a`, `/a${mark}`, `/a${mark}${mark}a`, `/a${mark}/b`, `/a/${mark}b`]),
  "/-",
  "/_",
  "/...",
  "/a/a/a",
].map((path) => ({ path }))

const validAreTaken = defineRule({
  id: "paths/valid-are-taken",
  level: "MUST",
  statement: "Every path of the grammar can be written and read: letters, digits, dots, underscores and dashes, in any place.",
  why: "Names of repositories and tags become paths as they are.",
  source: "storagedriver.go, PathRegexp; testsuites.go, TestValidPaths",
  check: inTurn(forEach(validPaths, writeAndRead), forAll({ path: path() }, writeAndRead)),
})

async function writeAndRead({ driver, path }: Case & { readonly path: string }): Promise<void> {
  await driver.putContent(path, bytesOf(contentOf(1, 64)))
  await expectContent(driver, path, contentOf(1, 64))
}

/** Characters outside the grammar: those of ASCII, and some of what names in other alphabets and careless encodings bring. */
const foreignCharacters = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter(
    (character) => !/[A-Za-z0-9._/-]/.test(character),
  ),
  "\u{a0}",
  "\u{e9}",
  "\u{2028}",
  "\u{ff0e}",
  "\u{1f4be}",
]

/** Defects to be put behind a valid path, and what a driver takes them for that cleans paths up. */
const defects: readonly { readonly suffix: string; readonly cleaned: string }[] = [
  { suffix: "/", cleaned: "" },
  { suffix: "//", cleaned: "" },
  { suffix: "//bcd", cleaned: "/bcd" },
  { suffix: "/bcd/", cleaned: "/bcd" },
  { suffix: "/x//y", cleaned: "/x/y" },
  { suffix: "/a%2fb", cleaned: "/a/b" },
  { suffix: " ", cleaned: "" },
  { suffix: "\n", cleaned: "" },
  { suffix: "/ a", cleaned: "/a" },
  { suffix: "/a ", cleaned: "/a" },
  { suffix: "\0.txt", cleaned: "" },
  ...foreignCharacters.map((character) => ({ suffix: `/a${character}b`, cleaned: "/ab" })),
]

const invalidAreRefused = defineRule({
  id: "paths/invalid-are-refused",
  level: "MUST",
  statement: "putContent and getContent refuse a path outside the grammar with InvalidPathError for it, and store nothing.",
  why: "A path that is taken in another spelling is one file under two names, or a file outside the registry's folder.",
  source: "storagedriver.go, PathRegexp and InvalidPathError; testsuites.go, TestInvalidPaths",
  check: inTurn(
    forEach(defects, refuseDefect),
    forAll({ suffix: defectiveSuffix(), cleaned: constantFrom("/file") }, refuseDefect, { runs: 20 }),
  ),
})

/** The path that the defect could be taken for is there, so that reading it instead shows, and writing over it. */
async function refuseDefect({ given, driver, suffix, cleaned }: Case & (typeof defects)[number]): Promise<void> {
  const present = `/abc_123${cleaned}`
  const path = `/abc_123${suffix}`
  await given.storedFile(present, contentOf(1, 16))
  await expectRefusal(driver, () => driver.getContent(path), "InvalidPath", path)
  await expectRefusal(driver, () => driver.putContent(path, bytesOf(contentOf(2, 16))), "InvalidPath", path)
  await expectListing(driver, parentOf(present), [present])
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/"
}

/** Those of TestInvalidPaths and their like: they cannot carry a prefix. */
const barePaths = ["", "/", "abc", "123.abc", "a/b", "//bcd"].map((path) => ({ path }))

const bareAreRefused = defineRule({
  id: "paths/relative-and-empty-are-refused",
  level: "MUST",
  statement:
    'putContent refuses the empty path, "/", and a path that does not begin with one slash, with InvalidPathError for it.',
  why: "An empty path has been taken for the root, and the root is the whole registry.",
  source: "storagedriver.go, PathRegexp and InvalidPathError; testsuites.go, TestInvalidPaths",
  needs: [ownStorage],
  check: inTurn(forEach(barePaths, refuseToWrite), forAll({ path: barePath() }, refuseToWrite, { runs: 5 })),
})

async function refuseToWrite({ given, driver, path }: Case & { readonly path: string }): Promise<void> {
  await given.storedFile("/file", contentOf(1, 16))
  await expectRefusal(driver.bare, () => driver.bare.putContent(path, bytesOf(contentOf(2, 16))), "InvalidPath", path)
  const rooted = path.replace(/^\/*/, "/")
  if (rooted !== "/") await expectRefusal(driver.bare, () => driver.bare.getContent(rooted), "PathNotFound", rooted)
  await expectContent(driver, "/file", contentOf(1, 16))
}

const bareAreNotRead = defineRule({
  id: "paths/relative-and-empty-are-not-read",
  level: "MUST",
  statement:
    'getContent refuses the empty path, "/", and a path that does not begin with one slash, with InvalidPathError for it.',
  why: "The registry would serve from a place that no other part of it knows.",
  source: "storagedriver.go, PathRegexp and InvalidPathError; testsuites.go, TestInvalidPaths",
  check: inTurn(forEach(barePaths, refuseToRead), forAll({ path: barePath() }, refuseToRead, { runs: 5 })),
})

async function refuseToRead({ given, driver, path }: Case & { readonly path: string }): Promise<void> {
  await given.storedFile("/file", contentOf(1, 16))
  await expectRefusal(driver.bare, () => driver.bare.getContent(path), "InvalidPath", path)
}

/** Each a way back to the folder of the case, for a file system or a URL; all within the grammar. */
const detours = ["/x/..", "/.", "/x/./..", "/x/y/../.."].map((detour) => ({ detour }))

const dotsAreNotResolved = defineRule({
  id: "paths/dots-are-not-resolved",
  level: "SHOULD",
  statement:
    'A path with a component "." or ".." is refused with InvalidPathError, or kept as it is; it never means another path.',
  why: "Whoever chooses such a name is given another file to read and to write.",
  source: "storagedriver.go, PathRegexp: both match it as components like any other",
  check: forEach(detours, async ({ given, driver, detour }) => {
    await given.storedFile("/written", contentOf(1, 16))
    await given.storedFile("/read", contentOf(2, 16))
    const taken = await takes(driver, `${detour}/written`, contentOf(3, 16))
    if (taken) await expectContent(driver, `${detour}/written`, contentOf(3, 16))
    await expectContent(driver, "/written", contentOf(1, 16))
    const read = `${detour}/read`
    await expectRefusal(driver, () => driver.getContent(read), taken ? "PathNotFound" : "InvalidPath", read)
  }),
})

/** From the folder of a case, "/<run>/<rule>/<case>": to the folder above it, to the storage's root, and above that. */
const climbs = ["/..", "/../../..", "/../../../.."].map((climb) => ({ climb }))

const dotsDoNotClimb = defineRule({
  id: "paths/dots-do-not-climb",
  level: "SHOULD",
  statement: 'A path that climbs by ".." is refused with InvalidPathError, or kept as it is; nothing is stored above or outside.',
  why: "A driver that climbs writes to the machine it runs on, beside the folder or the container that it was given.",
  source: "storagedriver.go, PathRegexp: .. matches it as a component like any other",
  needs: [ownStorage],
  check: forEach(climbs, async ({ given, driver, climb }) => {
    const path = `${climb}/climbed${driver.observation.prefix.replaceAll("/", "-")}`
    await given.storedFile("/file", contentOf(1, 16))
    if (!(await takes(driver, path, contentOf(2, 16)))) return expectListing(driver, "/", ["/file"])
    const entries = await driver.list("/")
    // Before it is judged, since nothing else removes what may lie outside the storage.
    await driver.delete(path)
    const kept = entries.includes("/..")
    expectThat(driver, kept, `${quote(path)} to be stored below ".." in the folder of the case`, "it is not there, but elsewhere")
  }),
})

/** Whether putContent takes the path; it may refuse it as invalid. */
async function takes(driver: ObservedDriver, path: string, content: Content): Promise<boolean> {
  const put = async (): Promise<true> => {
    await driver.putContent(path, bytesOf(content))
    return true
  }
  return (await expectRefusalOrValue(driver, put, "InvalidPath", path)) === true
}

export const rules: readonly Rule[] = [
  validAreTaken,
  invalidAreRefused,
  bareAreRefused,
  bareAreNotRead,
  dotsAreNotResolved,
  dotsDoNotClimb,
]
