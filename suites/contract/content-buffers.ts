import { content, versionsOf } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { forAll, forEach, inTurn, once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { expectBytes, expectContent, expectMissing } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const keepsNoReference = defineRule({
  id: "content/keeps-no-reference-to-the-caller",
  level: "SHOULD",
  statement: "When putContent has resolved its buffer is the caller's again: what it puts there next is not stored.",
  why: "A caller that uses one buffer for one file after another would change what it has stored before.",
  source: "storagedriver.go, PutContent; Go's convention for []byte arguments",
  check: inTurn(
    forAll({ content: content({ minLength: 1 }) }, ({ driver, content }) => putAndOverwrite(driver, content, bytesOf(content))),
    // The slice of a Buffer is no copy, as that of a Uint8Array is.
    forEach([{ length: 71 }, { length: 2 * 1024 * 1024 }], ({ driver, length }) =>
      putAndOverwrite(driver, contentOf(1, length), Buffer.from(bytesOf(contentOf(1, length)).buffer)),
    ),
  ),
})

async function putAndOverwrite(driver: ObservedDriver, content: Content, buffer: Uint8Array): Promise<void> {
  await driver.putContent("/file", buffer)
  buffer.fill(0)
  await expectContent(driver, "/file", content)
}

const handsOutItsOwn = defineRule({
  id: "content/hands-out-no-buffer-of-its-own",
  level: "SHOULD",
  statement: "The buffer that getContent gives is the caller's: what it puts there is not stored.",
  why: "A caller that decodes in place would damage the file for everybody else.",
  source: "storagedriver.go, GetContent",
  check: forAll({ content: content({ minLength: 1 }) }, async ({ given, driver, content }) => {
    await given.file("/file", content)
    const first = await driver.getContent("/file")
    expectBytes(driver, "/file", first, content)
    first.fill(0)
    await expectContent(driver, "/file", content)
  }),
})

const seenByOthers = defineRule({
  id: "content/seen-by-another-instance",
  level: "MUST",
  statement: "What one instance has written another one reads, right afterwards, and after each overwrite.",
  why: "A registry runs as several processes: a push ends at one, and the pull that follows it reaches another.",
  source: "storagedriver.go, PutContent; about/deploying.md, Load balancing considerations: registries that share one storage",
  check: forAll({ path: path(), versions: versionsOf(3, { minLength: 1 }) }, async ({ driver, connect, path, versions }) => {
    const other = await connect()
    for (const version of versions) {
      await driver.putContent(path, bytesOf(version))
      await expectContent(other, path, version)
    }
  }),
})

const sameBytes = contentOf(1, 71)
const otherBytes = contentOf(2, 71)

const equalAreApart = defineRule({
  id: "content/equal-contents-are-files-of-their-own",
  level: "MUST",
  statement:
    "Files with the same content are files of their own: what is deleted, moved or written of one leaves the others as they were, and an older content can be stored again.",
  why: "The same link file lies in every repository that has the layer; deleting one repository must not empty the others.",
  source: "storagedriver.go, PutContent, Move and Delete, each of which is of the path that it is given",
  check: once(async ({ given, driver, connect }) => {
    const paths = ["/a/link", "/b/link", "/c/link", "/d/link"] as const
    for (const path of paths) await given.file(path, sameBytes)
    const [deleted, moved, replaced, kept] = paths
    await driver.delete(deleted)
    await expectMissing(driver, deleted)
    await expectContent(driver, moved, sameBytes)
    await driver.move(moved, replaced)
    await expectMissing(driver, moved)
    await expectContent(driver, replaced, sameBytes)
    for (const content of [otherBytes, sameBytes]) {
      await driver.putContent(replaced, bytesOf(content))
      await expectContent(driver, replaced, content)
    }
    await expectContent(await connect(), kept, sameBytes)
  }),
})

export const rules: readonly Rule[] = [keepsNoReference, handsOutItsOwn, seenByOthers, equalAreApart]
