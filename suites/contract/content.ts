import { content } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf } from "../../fixtures/content.ts"
import { forAll } from "../execution/for-all.ts"
import { expectContent } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const roundTrip = defineRule({
  id: "content/round-trip",
  level: "MUST",
  statement: "What putContent stored, getContent gives back, byte for byte.",
  why: "Everything the registry keeps rests on it.",
  source: "storagedriver.go, GetContent and PutContent; testsuites.go, TestWriteRead1 to 4",
  check: forAll({ path: path(), content: content() }, async ({ driver, path, content }) => {
    await driver.putContent(path, bytesOf(content))
    await expectContent(driver, path, content)
  }),
})

export const rules: readonly Rule[] = [roundTrip]
