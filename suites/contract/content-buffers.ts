import { content, versionsOf } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf } from "../../fixtures/content.ts"
import { forAll } from "../execution/for-all.ts"
import { expectBytes, expectContent } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const keepsNoReference = defineRule({
  id: "content/keeps-no-reference-to-the-caller",
  level: "SHOULD",
  statement: "When putContent has resolved its buffer is the caller's again: what it puts there next is not stored.",
  why: "A caller that uses one buffer for one file after another would change what it has stored before.",
  source: "storagedriver.go, PutContent; Go's convention for []byte arguments",
  check: forAll({ content: content({ minLength: 1 }) }, async ({ driver, content }) => {
    const buffer = bytesOf(content)
    await driver.putContent("/file", buffer)
    buffer.fill(0)
    await expectContent(driver, "/file", content)
  }),
})

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

export const rules: readonly Rule[] = [keepsNoReference, handsOutItsOwn, seenByOthers]
