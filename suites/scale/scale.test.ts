import { describe, expect, test } from "vitest"
import { loneProcesses } from "../../cli/lone-process/client.ts"
import type { DriverModule } from "../../drivers/define.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadMutants, urlOfMutant } from "../../fixtures/mutants/catalogue.ts"
import { keepingNoBytes } from "../../fixtures/mutants/keeping-no-bytes.ts"
import { changed } from "../../fixtures/mutants/mutant.ts"
import { loadSuite } from "../catalogue.ts"
import type { RuleOutcome } from "../execution/outcome.ts"
import { longObjects } from "../needs.ts"
import type { Rule } from "../rule.ts"
import { runOnOwnStorage } from "../test-run.ts"

const { rules } = await loadSuite("scale")
const mutants = (await loadMutants()).filter(({ caughtBy }) => rules.some(({ id }) => id === caughtBy))

/** Runs one rule on a storage of its own, with processes that load the module by its URL. */
function run(module: DriverModule, url: string, rule: Rule): Promise<RuleOutcome> {
  return runOnOwnStorage(module, rule, {
    seed: 1,
    call: 60_000,
    processes: ({ parameters }) => loneProcesses({ url, reference: url, parameters }),
  })
}

test("each rule has a known-bad driver that it is to catch", () => {
  const caught = new Set(mutants.map(({ caughtBy }) => caughtBy))
  expect(rules.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
})

test("the in-memory driver breaks no rule", { timeout: 120_000 }, async () => {
  const url = new URL("../../drivers/inmemory/index.ts", import.meta.url).href
  for (const rule of rules.filter(({ needs }) => !needs.includes(longObjects))) {
    expect(await run(inmemory, url, rule), rule.id).toMatchObject({ status: expect.stringMatching(/^(passed|not-run)$/) })
  }
})

test("sizes and offsets beyond 2^32 are right in a driver that keeps them so", { timeout: 120_000 }, async () => {
  const rule = rules.find(({ needs }) => needs.includes(longObjects))
  if (rule === undefined) throw new Error("there is no rule on long objects")
  const driver = changed({ capabilities: { scope: "shared" }, spoil: keepingNoBytes })
  expect(await run(driver, "", rule)).toMatchObject({ status: "passed" })
})

describe("known-bad drivers are caught", () => {
  test.each(mutants.map((mutant) => [mutant.id, mutant.caughtBy, mutant] as const))(
    "%s by %s",
    { timeout: 120_000 },
    async (id, ruleId, { module }) => {
      const rule = rules.find((each) => each.id === ruleId)
      if (rule === undefined) throw new Error(`there is no rule ${ruleId}`)
      const outcome = await run(module, urlOfMutant(id), rule)
      expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "failed", failure: { doubt: undefined } })
    },
  )
})
