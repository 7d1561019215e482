import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { forEach, once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import type { Case } from "../execution/rule-context.ts"
import {
  expectContent,
  expectListing,
  expectMissing,
  expectRefusal,
  expectRefusalOrValue,
  expectSize,
  expectThat,
} from "../expect.ts"
import { caseSensitivity, pathLimits, type ResolvedCapabilities } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

/** A name of so many bytes. Its last one is unlike the others, so that a name that was cut is another name. */
const nameOf = (length: number): string => `${"n".repeat(length - 1)}e`

/** What is long, and how many bytes or components of it there are. */
type Long = { readonly long: "component" | "path" | "components"; readonly length: number }

/**
 * The path of a file below "/folder" that is as long as asked for. The length of a path is that which the driver sees, with the folder
 * of the case in front of it; undefined where this leaves no room, or where a component alone would make the path longer than declared.
 */
function pathOf({ capabilities, driver, long, length }: Case & Long): string | undefined {
  if (long === "components") return `/folder${"/n".repeat(length - 1)}/e`
  const { maximumPathLength = Number.POSITIVE_INFINITY, maximumComponentLength = 100 } = capabilities
  const before = driver.observation.prefix.length
  if (long === "component") {
    const path = `/folder/${nameOf(length)}`
    const declared = length <= maximumComponentLength && before + path.length > maximumPathLength
    return declared ? undefined : path
  }
  const component = Math.min(100, maximumComponentLength)
  let path = "/folder"
  let left = length - before - path.length
  for (; left > component + 1; left = length - before - path.length) {
    path += `/${"n".repeat(Math.max(1, Math.min(component, left - 3)))}`
  }
  return left > 1 ? `${path}/${nameOf(left - 1)}` : undefined
}

/** Bytes beyond which no path is tried, whatever is declared: no name of a registry comes near. */
const longestTried = 16 * 1024

/** What common file systems and object stores just take or just refuse, and what is one too long by the driver's own word. */
function longOnes({ maximumComponentLength, maximumPathLength }: ResolvedCapabilities): readonly Long[] {
  const oneMore = (declared: number | undefined): readonly number[] =>
    declared === undefined || declared >= longestTried ? [] : [declared + 1]
  const components = [200, 255, 256, 1_024, ...oneMore(maximumComponentLength)]
  const paths = [1_000, 1_024, 1_025, ...oneMore(maximumPathLength)]
  return [
    ...components.map((length) => ({ long: "component" as const, length })),
    ...paths.map((length) => ({ long: "path" as const, length })),
    ...[64, 255].map((length) => ({ long: "components" as const, length })),
  ]
}

type Store = (driver: ObservedDriver, path: string, content: Content) => Promise<void>

const upload: Store = async (driver, path, content) => {
  const writer = await driver.writer(path)
  await writer.write(bytesOf(content))
  await writer.commit()
  await writer.close()
}

/** How a file gets to a path. */
const stores = {
  putContent: (driver, path, content) => driver.putContent(path, bytesOf(content)),
  writer: upload,
  move: (driver, path) => driver.move("/source", path),
} as const satisfies Record<string, Store>

const methods = ["putContent", "writer", "move"] as const

const longAreKeptOrRefused = defineRule({
  id: "paths/long-are-kept-or-refused",
  level: "SHOULD",
  statement:
    "A path of any length is stored as it is and deleted with its folder, or refused with InvalidPathError for it and nothing stored; by putContent, writer and move.",
  why: "Names that are cut to the same one are one file: the tag that was pushed last is pulled in the place of another.",
  source:
    "storagedriver.go, PathRegexp, which knows no length; a SHOULD, for it names no error for what is too long, and shipping drivers pass on the backend's",
  check: forEach(
    (capabilities) => longOnes(capabilities).flatMap((long) => methods.map((method) => ({ ...long, method }))),
    async (one) => {
      const { given, driver, method } = one
      const path = pathOf(one)
      if (path === undefined) return
      const content = contentOf(1, 40)
      await given.storedFile("/source", content)
      await given.storedFile("/folder/witness", contentOf(2, 16))
      const store = async (): Promise<true> => {
        await stores[method](driver, path, content)
        return true
      }
      if ((await expectRefusalOrValue(driver, store, "InvalidPath", path)) === undefined) {
        return await expectUntouched(driver, content)
      }
      await expectKept(driver, path, content)
      await driver.delete("/folder")
      await expectMissing(driver, path)
    },
  ),
})

/** The file is at this path, and not at one that differs from it in the last byte only. */
async function expectKept(driver: ObservedDriver, path: string, content: Content): Promise<void> {
  const sibling = `${path.slice(0, -1)}f`
  await expectContent(driver, path, content)
  await expectSize(driver, path, content.length)
  await driver.putContent(sibling, bytesOf(contentOf(3, 20)))
  await expectContent(driver, sibling, contentOf(3, 20))
  await expectContent(driver, path, content)
  const folder = path.slice(0, path.lastIndexOf("/"))
  await expectListing(driver, folder, folder === "/folder" ? [path, sibling, "/folder/witness"] : [path, sibling])
}

async function expectUntouched(driver: ObservedDriver, source: Content): Promise<void> {
  await expectListing(driver, "/folder", ["/folder/witness"])
  await expectContent(driver, "/folder/witness", contentOf(2, 16))
  await expectContent(driver, "/source", source)
}

const withinLimitsAreTaken = defineRule({
  id: "paths/within-the-declared-limits-are-taken",
  level: "MAY",
  statement: "A path and a component as long as the driver declares that they may be are stored, listed, moved and deleted.",
  why: "An operator chooses the longest names of repositories and tags by the limits that are declared.",
  source: "the driver's capabilities maximumPathLength and maximumComponentLength",
  needs: [pathLimits],
  check: forEach(
    ({ maximumPathLength, maximumComponentLength }): readonly Long[] => [
      ...(maximumComponentLength === undefined
        ? []
        : [{ long: "component" as const, length: Math.min(maximumComponentLength, longestTried) }]),
      ...(maximumPathLength === undefined ? [] : [{ long: "path" as const, length: Math.min(maximumPathLength, longestTried) }]),
    ],
    async (one) => {
      const { given, driver } = one
      const path = pathOf(one)
      if (path === undefined) return
      await given.storedFile("/witness", contentOf(2, 16))
      await given.storedFile("/folder/witness", contentOf(2, 16))
      await driver.putContent(path, bytesOf(contentOf(1, 40)))
      await expectKept(driver, path, contentOf(1, 40))
      await driver.move(path, "/moved")
      await expectMissing(driver, path)
      await driver.move("/moved", path)
      await upload(driver, path, contentOf(4, 30))
      await expectContent(driver, path, contentOf(4, 30))
      await driver.delete("/folder")
      await expectMissing(driver, path)
      await expectContent(driver, "/witness", contentOf(2, 16))
    },
  ),
})

const dotsInNames = ["/.a", "/..a", "/a/.b", "/...", "/a./b", "/b..", "/.d/.e/.f", "/.hidden/g"]

const dotsRoundTrip = defineRule({
  id: "paths/names-with-dots-are-like-any-other",
  level: "MUST",
  statement: "Names that begin or end with dots are told apart, and found by stat, list and walk, as they were written.",
  why: "File systems hide names that begin with a dot and services drop dots at the end; the registry's names may have both.",
  source:
    "storagedriver.go, PathRegexp, Stat, List and Walk; testsuites.go, TestValidPaths, which has names that begin and end with a dot",
  check: once(async ({ given, driver }) => {
    const plain = ["/g", "/a/b", "/d/e/f"]
    const paths = [...dotsInNames, ...plain]
    const contents = await given.files(paths)
    const walked: string[] = []
    await driver.walk("/", ({ path, isDirectory }) => {
      if (!isDirectory) walked.push(path)
    })
    for (const [index, path] of paths.entries()) {
      const content = contents[index] ?? contentOf(0, 0)
      await expectContent(driver, path, content)
      await expectSize(driver, path, content.length)
      const times = walked.filter((one) => one === path).length
      expectThat(driver, times === 1, `walk to report ${quote(path)} once`, `${times} times`)
    }
    await expectListing(driver, "/", ["/.a", "/..a", "/a", "/...", "/a.", "/b..", "/.d", "/.hidden", "/g", "/d"])
    await expectListing(driver, "/a", ["/a/.b", "/a/b"])
    await expectListing(driver, "/.d/.e", ["/.d/.e/.f"])
    await driver.delete("/.hidden")
    await driver.delete("/...")
    await expectRefusal(driver, () => driver.stat("/..."), "PathNotFound", "/...")
    await expectListing(driver, "/", ["/.a", "/..a", "/a", "/a.", "/b..", "/.d", "/g", "/d"])
  }),
})

const casesAreTwo = defineRule({
  id: "paths/case-tells-names-apart",
  level: "MUST",
  statement: "Paths that differ in the case of letters only are two files, in the name as in the folders above it.",
  why: "Tags may be v1-RC and v1-rc, and one of them would be pulled in the place of the other.",
  source:
    "storagedriver.go, PathRegexp, which has both cases; testsuites.go, TestValidPaths; a driver may declare that it ignores case",
  needs: [caseSensitivity],
  check: forEach(
    () => [
      { one: "/tags/v1-rc", other: "/tags/v1-RC" },
      { one: "/repositories/name/link", other: "/repositories/Name/link" },
    ],
    async ({ driver, one, other }) => {
      await driver.putContent(one, bytesOf(contentOf(1, 40)))
      await driver.putContent(other, bytesOf(contentOf(2, 30)))
      await expectContent(driver, one, contentOf(1, 40))
      await expectContent(driver, other, contentOf(2, 30))
      await expectSize(driver, one, 40)
      const files: string[] = []
      await driver.walk("/", ({ path, isDirectory }) => {
        if (!isDirectory) files.push(path)
      })
      const both = files.length === 2 && files.includes(one) && files.includes(other)
      expectThat(driver, both, `walk to report ${quote(one)} and ${quote(other)}`, files.map(quote).join(", ") || "no file")
      await driver.delete(one)
      await expectRefusal(driver, () => driver.stat(one), "PathNotFound", one)
      await expectContent(driver, other, contentOf(2, 30))
      await driver.move(other, one)
      await expectRefusal(driver, () => driver.stat(other), "PathNotFound", other)
      await expectContent(driver, one, contentOf(2, 30))
      await driver.putContent(`${other}/file`, bytesOf(contentOf(3, 20)))
      await driver.delete(one)
      await expectContent(driver, `${other}/file`, contentOf(3, 20))
      await driver.putContent(`${one}/file`, bytesOf(contentOf(4, 20)))
      await driver.delete(one)
      await expectContent(driver, `${other}/file`, contentOf(3, 20))
    },
  ),
})

export const rules: readonly Rule[] = [longAreKeptOrRefused, withinLimitsAreTaken, dotsRoundTrip, casesAreTwo]
