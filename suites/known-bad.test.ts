import { describe, expect, test } from "vitest"
import { loadMutants } from "../fixtures/mutants/catalogue.ts"
import { loadAllRules, loadSuite, suiteNames } from "./catalogue.ts"

/** That each is caught is shown by `npm run kill-rate`. */
const mutants = await loadMutants()

describe("known-bad drivers", () => {
  test.each(suiteNames)("each rule of suite %s has one that it is to catch", async (name) => {
    const { rules } = await loadSuite(name)
    const caught = new Set(mutants.map(({ caughtBy }) => caughtBy))
    expect(rules.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
  })

  test("each has a name of its own, and a rule that there is", async () => {
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
    const rules = await loadAllRules()
    expect(mutants.filter(({ caughtBy }) => !rules.has(caughtBy)).map(({ id }) => id)).toEqual([])
  })
})
