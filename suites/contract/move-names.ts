import { content } from "../../fixtures/arbitraries/content.ts"
import { path, unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { CallFailed } from "../execution/failures.ts"
import { forAll, forEach } from "../execution/for-all.ts"
import { expectContent, expectMissing, expectRefusal } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const ontoItself = defineRule({
  id: "move/onto-itself-loses-nothing",
  level: "SHOULD",
  statement: "A move of a file onto itself, rejected or not, leaves the file as it was.",
  why: "A driver that copies and then deletes has nothing left: so it is with large files in a shipping one.",
  source: "storagedriver.go, Move; distribution s3 and gcs drivers, which lose the file",
  check: forAll({ path: path(), content: content() }, async ({ given, driver, path, content }) => {
    await given.storedFile(path, content)
    try {
      await driver.move(path, path)
    } catch (reason) {
      if (!(reason instanceof CallFailed)) throw reason
    }
    await expectContent(driver, path, content)
  }),
})

const createsNothing = defineRule({
  id: "move/missing-source-creates-nothing",
  level: "SHOULD",
  statement: "A move from where nothing is leaves nothing at the destination, no folder above it either.",
  why: "The registry trusts that what is there is whole: an empty file at a digest poisons it.",
  source: "registry/storage/blobwriter.go, moveBlob; distribution in-memory driver makes the folders",
  check: forAll({ paths: unrelatedPaths(2) }, async ({ given, driver, paths: [witness, source] }) => {
    await given.storedFile(witness, contentOf(1, 16))
    await expectRefusal(driver, () => driver.move(source, "/new-folder/deep/file"), "PathNotFound", source)
    for (const path of ["/new-folder/deep/file", "/new-folder/deep", "/new-folder"]) {
      await expectRefusal(driver, () => driver.stat(path), "PathNotFound", path)
    }
  }),
})

const depths = defineRule({
  id: "move/between-depths",
  level: "MUST",
  statement:
    "A move works into a deeper and into a shallower folder, and beside names that begin the same, and touches none of those.",
  why: "Uploads lie deeper than blobs, and their names begin alike.",
  source: "storagedriver.go, Move; registry/storage/paths.go",
  check: forEach(
    () => [
      { from: "/a", to: "/b/c/d/e" },
      { from: "/b/c/d/e", to: "/a" },
      { from: "/x/file", to: "/x/file2" },
      { from: "/x/file2", to: "/x/file" },
      { from: "/x/y/data", to: "/x/y-1/data" },
    ],
    async ({ given, driver, connect, from, to }) => {
      const beside = [`${from}.beside`, `${from}-1`, `${to}0`].filter((path) => path !== to)
      for (const [index, path] of beside.entries()) await given.file(path, contentOf(index + 2, 8))
      await given.file(from, contentOf(1, 300))
      await driver.move(from, to)
      await expectContent(await connect(), to, contentOf(1, 300))
      await expectMissing(driver, from)
      for (const [index, path] of beside.entries()) await expectContent(driver, path, contentOf(index + 2, 8))
    },
  ),
})

const uploaded = defineRule({
  id: "move/of-an-uploaded-file",
  level: "MUST",
  statement: "A file that a writer committed moves like one that putContent stored.",
  why: "This is how every layer comes to its place; a driver has refused it, as its uploads were of another kind.",
  source: "storagedriver.go, Move and Writer; registry/storage/blobwriter.go, moveBlob; distribution issue 3935",
  check: forAll({ content: content() }, async ({ driver, content }) => {
    const writer = await driver.writer("/uploads/data")
    await writer.write(bytesOf(content))
    await writer.commit()
    await writer.close()
    await driver.move("/uploads/data", "/blobs/data")
    await expectContent(driver, "/blobs/data", content)
    await expectMissing(driver, "/uploads/data")
  }),
})

export const rules: readonly Rule[] = [ontoItself, createsNothing, depths, uploaded]
