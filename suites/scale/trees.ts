import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { once } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectContent, expectListing, expectMissing, expectRefusal, expectThat } from "../expect.ts"
import { extents } from "../extent.ts"
import { defineRule, type Rule } from "../rule.ts"
import { timed } from "./timing.ts"

/**
 * Names that sort in between each other in every way: what services put between the pages of a listing are names, and "-", "." and digits
 * stand on either side of the "/" that ends a folder's.
 */
function namesFor(count: number): readonly string[] {
  const endings = ["", "-1", ".1", "1", "_", "A", "-"]
  return Array.from({ length: count }, (_, index) => {
    const stem = String(Math.floor(index / endings.length)).padStart(6, "0")
    return `v${stem}${endings[index % endings.length]}`
  })
}

function count(paths: readonly string[], noun: string): string {
  return `${paths.length.toLocaleString("en-US")} ${noun}s`
}

const files = defineRule({
  id: "large-trees/files",
  level: "MUST",
  statement: "list of a folder with thousands of files gives each of them once, and walk reports each of them once.",
  why: "Services answer in pages of 1,000 or 5,000, and tags beyond the first page exist too.",
  source: "storagedriver.go, List and Walk; S3 pages at 1,000, Azure at 5,000",
  check: once(async (context) => {
    const { given, driver, extent = extents.small } = context
    const paths = namesFor(extent.entries).map((name) => `/tags/${name}`)
    const contents = await given.files(paths)
    await timed(context, `list of ${count(paths, "file")}`, () => expectListing(driver, "/tags", paths))
    await timed(context, `walk of ${count(paths, "file")}`, () => expectWalk(driver, "/tags", paths))
    for (const index of [0, 999, 1_000, 4_999, 5_000, paths.length - 1]) {
      const path = paths[index]
      if (path !== undefined) await expectContent(driver, path, contents[index] ?? contentOf(0, 0))
    }
  }),
})

const folders = defineRule({
  id: "large-trees/folders",
  level: "MUST",
  statement:
    "list of a folder with more than a thousand folders gives each of them once, however many files are in them, and walk reports all that is in them.",
  why: "The catalogue of repositories and garbage collection go by it: a folder that is passed over is a repository that is lost.",
  source: "storagedriver.go, List and Walk; services tell folders by the names of the files in them, and cut pages there too",
  check: once(async (context) => {
    const { given, driver, extent = extents.small } = context
    const names = namesFor(extent.costlyEntries)
    // Some have two files, so that their names come twice in a row, or at the end of one page and the beginning of the next.
    const paths = names.flatMap((name, index) => [
      `/repositories/${name}/link`,
      ...(index % 5 === 0 ? [`/repositories/${name}/tag`] : []),
    ])
    const listed = names.map((name) => `/repositories/${name}`)
    await given.files(paths)
    await timed(context, `list of ${count(listed, "folder")}`, () => expectListing(driver, "/repositories", listed))
    const all = [...listed, ...paths]
    await timed(context, `walk of ${count(listed, "folder")} and what is in them`, () => expectWalk(driver, "/repositories", all))
  }),
})

const partsOfAWalk = 5

const walkInParts = defineRule({
  id: "large-trees/walk-in-parts",
  level: "MUST",
  statement:
    "A walk of a large tree that stops, skips large folders or starts after an entry, at the end of a page or anywhere, reports exactly the entries that it should.",
  why: "The catalogue is answered in pages, each of which starts after the last entry of the one before.",
  source: "storagedriver.go, Walk, ErrSkipDir, ErrFilledBuffer and WithStartAfterHint; testsuites.go, TestWalk",
  check: once(async ({ given, driver, extent = extents.small }) => {
    const inside = namesFor(extent.costlyEntries).map((name) => `/catalogue/m/${name}`)
    await given.files([...inside, "/catalogue/a/first", "/catalogue/z/last"])
    const order = inside.toSorted()
    const places = [0, 1, 499, 998, 999, 1_000, 4_999, 5_000, order.length - 2].filter((place) => place < order.length - 1)
    for (const place of new Set(places)) {
      const startAfter = order[place] ?? ""
      const wanted = [...order.slice(place + 1), "/catalogue/z", "/catalogue/z/last"].slice(0, partsOfAWalk)
      const seen: string[] = []
      await driver.walk(
        "/catalogue",
        ({ path }) => {
          seen.push(path)
          return seen.length === wanted.length ? "stop" : undefined
        },
        { startAfter },
      )
      expectEntries(driver, wanted, seen, `walk that starts after ${quote(startAfter)}, and stops after ${wanted.length},`)
    }
    const seen: string[] = []
    await driver.walk("/catalogue", ({ path }) => {
      seen.push(path)
      return path === "/catalogue/m" ? "skip-directory" : undefined
    })
    const outside = ["/catalogue/a", "/catalogue/a/first", "/catalogue/m", "/catalogue/z", "/catalogue/z/last"]
    expectEntries(driver, outside, seen, `walk that skips "/catalogue/m", with ${inside.length} files,`)
  }),
})

const deletes = defineRule({
  id: "large-trees/delete",
  level: "MUST",
  statement: "delete of a folder with more than a thousand files and folders leaves none of them, and touches nothing beside it.",
  why: "What is left of a deleted repository is served to whoever makes one of the same name.",
  source: "storagedriver.go, Delete; Azure deletes 256 blobs in a request, S3 1,000",
  check: once(async (context) => {
    const { given, driver, extent = extents.small } = context
    const paths = namesFor(extent.costlyEntries).map((name, index) => `/old/${name}${index % 4 === 0 ? "/layer" : ""}`)
    const beside = ["/old-1", "/old.1", "/old0/a", "/ol/d"]
    await given.files(paths)
    const kept = await given.files(beside)
    await timed(context, `delete of ${count(paths, "file")}`, () => driver.delete("/old"))
    await expectMissing(driver, "/old")
    await expectRefusal(driver, () => driver.list("/old"), "PathNotFound", "/old")
    const sorted = paths.toSorted()
    const samples = [0, 1, 255, 256, 257, 998, 999, 1_000, 1_001, sorted.length - 1].flatMap((index) => sorted[index] ?? [])
    for (const path of new Set(samples)) await expectMissing(driver, path)
    await expectListing(driver, "/", ["/ol", "/old-1", "/old.1", "/old0"])
    for (const [index, path] of beside.entries()) await expectContent(driver, path, kept[index] ?? contentOf(0, 0))
  }),
})

const deepest = 200
/** Left of the longest path for the folder of the run and the rule. */
const spare = 200

const chain = defineRule({
  id: "large-trees/deep-chain",
  level: "MUST",
  statement: "A chain of folders 200 deep, or as deep as paths may be long, is listed, walked to its end and deleted.",
  why: "Repositories may have names of many parts, and a walk that calls itself for each of them must get back.",
  source: "storagedriver.go, Walk and Delete; testsuites.go, TestDeleteFolder; Azure takes names of 254 parts",
  check: once(async ({ driver, capabilities: { maximumPathLength = Number.POSITIVE_INFINITY } }) => {
    const depth = Math.min(deepest, Math.floor((maximumPathLength - spare) / 2))
    const folders = Array.from({ length: depth }, (_, level) => `/d${"/d".repeat(level)}`)
    const file = `${folders.at(-1)}/file`
    const content = contentOf(1, 100)
    await setUp(async () => {
      const writer = await driver.writer(file)
      await writer.write(bytesOf(content))
      await writer.commit()
    })
    await expectContent(driver, file, content)
    for (const [level, folder] of folders.entries()) {
      if (level % 20 === 0 || level > depth - 3) await expectListing(driver, folder, [folders[level + 1] ?? file])
    }
    await expectWalk(driver, "/", [...folders, file])
    await driver.delete("/d")
    await expectMissing(driver, "/d")
    await expectMissing(driver, file)
  }),
})

/** A walk reports these paths, each once, in any order. */
async function expectWalk(driver: ObservedDriver, path: string, wanted: readonly string[]): Promise<void> {
  const seen: string[] = []
  await driver.walk(path, (info) => {
    seen.push(info.path)
  })
  expectEntries(driver, wanted.toSorted(), seen.toSorted(), `walk of ${quote(path)}`)
}

/** Both lists hold the same paths in the same order. */
function expectEntries(driver: ObservedDriver, wanted: readonly string[], seen: readonly string[], what: string): void {
  const first = wanted.findIndex((path, index) => path !== seen[index])
  const at = first === -1 && seen.length > wanted.length ? wanted.length : first
  const place = (paths: readonly string[]): string => {
    const path = paths[at]
    return path === undefined ? "nothing more" : quote(path)
  }
  const expected = `${what} to report ${wanted.length} entries${at === -1 ? "" : `, ${place(wanted)} at place ${at + 1}`}`
  expectThat(driver, at === -1, expected, `${seen.length} entries, ${place(seen)} at that place`)
}

export const rules: readonly Rule[] = [chain, walkInParts, folders, deletes, files]
