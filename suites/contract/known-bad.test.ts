import { describe, expect, test } from "vitest"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { loadSuite } from "../catalogue.ts"
import { runOnOwnStorage } from "../test-run.ts"

const rules = new Map((await loadSuite("contract")).rules.map((rule) => [rule.id, rule]))
/** Those of other suites, and those that sequences must catch, have tests there; those on Azurite are left to the kill rate's command. */
const mutants = (await loadMutants()).filter(
  ({ base, caughtBy }) => base !== "azure" && rules.has(caughtBy) && !caughtBy.startsWith("sequences/"),
)

describe("known-bad drivers", () => {
  test.each(mutants.map((mutant) => [mutant.id, mutant.caughtBy, mutant] as const))(
    "%s is caught by %s",
    async (_id, ruleId, { module }) => {
      const rule = rules.get(ruleId)
      if (rule === undefined) throw new Error(`there is no rule ${ruleId}`)
      for (const seed of [1, 2]) {
        const outcome = await runOnOwnStorage(module, rule, { seed })
        expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "failed" })
      }
    },
  )
})
