import { contentOf } from "../../fixtures/content.ts"
import { once } from "../execution/for-all.ts"
import { expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/** What is run before anything is stored, where the storage is the run's own: the suite puts this file first. */
const root = defineRule({
  id: "list/root",
  level: "MUST",
  statement: 'list of "/" succeeds, be anything stored or nothing, and gives paths right below the root.',
  why: "It is the first thing that tools ask a storage.",
  source: "testsuites.go, TestRootExists",
  check: once(async ({ given, driver }) => {
    await driver.bare.list("/")
    await given.storedFile("/file", contentOf(1, 16))
    const listed = await driver.bare.list("/")
    const wrong = listed.find((entry) => !/^\/[^/]+$/.test(entry))
    expectThat(driver, wrong === undefined, 'paths of one component, such as "/a"', JSON.stringify(wrong))
  }),
})

export const rules: readonly Rule[] = [root]
