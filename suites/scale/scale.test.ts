import { describe, expect, test } from "vitest"
import { loneProcesses } from "../../cli/lone-process/client.ts"
import type { DriverModule } from "../../drivers/define.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadMutants, urlOfMutant } from "../../fixtures/mutants/catalogue.ts"
import { loadSuite } from "../catalogue.ts"
import { openOnOwnTarget } from "../execution/opening.ts"
import type { RuleOutcome } from "../execution/outcome.ts"
import { runRule } from "../execution/run-rule.ts"
import { extents } from "../extent.ts"
import { resolveCapabilities } from "../needs.ts"
import type { Rule } from "../rule.ts"

const { rules } = await loadSuite("scale")
const mutants = (await loadMutants()).filter(({ caughtBy }) => rules.some(({ id }) => id === caughtBy))

/** Runs one rule in the small preset, on a storage of its own, with processes that load the module by its URL. */
async function run(module: DriverModule, url: string, rule: Rule): Promise<RuleOutcome> {
  const storage = await openOnOwnTarget(module)
  try {
    return await runRule(rule, {
      storage,
      surroundings: {
        capabilities: resolveCapabilities(module.capabilities, storage.capabilities),
        ownStorage: true,
        extent: extents.small,
        processes: loneProcesses({ url, reference: url, parameters: storage.parameters }),
      },
      limits: { call: 60_000 },
      runFolder: "/conformance-test",
      seed: 1,
    })
  } finally {
    await storage.close()
  }
}

test("each rule has a known-bad driver that it is to catch", () => {
  const caught = new Set(mutants.map(({ caughtBy }) => caughtBy))
  expect(rules.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
})

test("the in-memory driver breaks no rule", { timeout: 120_000 }, async () => {
  const url = new URL("../../drivers/inmemory/index.ts", import.meta.url).href
  for (const rule of rules) {
    expect(await run(inmemory, url, rule), rule.id).toMatchObject({ status: expect.stringMatching(/^(passed|not-run)$/) })
  }
})

describe("known-bad drivers are caught in the small preset", () => {
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
