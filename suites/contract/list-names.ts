import { isValidPath } from "../../drivers/contract.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { once } from "../execution/for-all.ts"
import { quote } from "../execution/rendering.ts"
import { expectListing, expectRefusal, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Names that begin the same, stand around "/" in byte order, or repeat the name of the folder that they are in. */
const likeNames = ["/a/a", "/a/b", "/ab", "/a-b", "/a.b", "/latest/link", "/latest-dev/link", "/1.2/link", "/1.20/link", "/n/n/n"]

const alike = defineRule({
  id: "list/names-that-begin-the-same",
  level: "MUST",
  statement:
    "Folders whose names begin the same are there for stat, and list only what is their own; a name is not there because a longer one is.",
  why: "The tags 1.2 and 1.20, latest and latest-dev stand beside each other in every registry.",
  source: "storagedriver.go, List and Stat; distribution commit 76226c61a and issue 4891",
  check: once(async ({ given, driver }) => {
    for (const [index, path] of likeNames.entries()) await given.file(path, contentOf(index + 1, 8))
    await expectListing(driver, "/", ["/a", "/ab", "/a-b", "/a.b", "/latest", "/latest-dev", "/1.2", "/1.20", "/n"])
    await expectListing(driver, "/a", ["/a/a", "/a/b"])
    await expectListing(driver, "/latest", ["/latest/link"])
    await expectListing(driver, "/1.2", ["/1.2/link"])
    await expectListing(driver, "/n", ["/n/n"])
    await expectListing(driver, "/n/n", ["/n/n/n"])
    for (const folder of ["/a", "/latest", "/1.2"]) {
      const { isDirectory } = await driver.stat(folder)
      expectThat(driver, isDirectory, `a directory at ${quote(folder)}`, "a file")
    }
    for (const absent of ["/1", "/late", "/1.2/lin", "/a-"]) {
      await expectRefusal(driver, () => driver.list(absent), "PathNotFound", absent)
      await expectRefusal(driver, () => driver.stat(absent), "PathNotFound", absent)
    }
  }),
})

const nothingOfItsOwn = defineRule({
  id: "list/shows-nothing-of-the-driver",
  level: "SHOULD",
  statement:
    "list and walk show no name that nobody wrote: no parts of uploads, no temporary files, no backups, no markers, also at the root.",
  why: "The registry takes whatever it lists for a tag or a repository.",
  source:
    "registry/storage/tagstore.go; distribution filesystem driver, whose temporary files are listed; base.go, by whose grammar no name at the root could be looked at that is outside of it",
  check: once(async ({ given, driver }) => {
    await given.storedFile("/folder/file", contentOf(1, 16))
    await driver.putContent("/folder/file", bytesOf(contentOf(1, 24, 1)))
    await given.storedFile("/folder/moved", contentOf(3, 16))
    await driver.move("/folder/moved", "/folder/file")
    await given.storedFile("/folder/deleted", contentOf(4, 16))
    await driver.delete("/folder/deleted")
    await given.closedUpload("/folder/upload", contentOf(2, 70_000))
    const open = await driver.writer("/folder/open")
    await open.write(new Uint8Array(70_000))
    const written = ["/folder", "/folder/file", "/folder/upload", "/folder/open"]
    const seen = new Set(await driver.list("/folder"))
    await driver.walk("/", ({ path }) => {
      seen.add(path)
    })
    await open.cancel()
    const ofTheRoot = (await driver.bare.list("/")).filter((path) => !isValidPath(path))
    const foreign = [...[...seen].filter((path) => !written.includes(path)), ...ofTheRoot]
    expectThat(driver, seen.has("/folder/file"), '"/folder/file" to be listed', "nothing of it")
    expectThat(driver, foreign.length === 0, "only names that were written", foreign.join(", "))
  }),
})

export const rules: readonly Rule[] = [alike, nothingOfItsOwn]
