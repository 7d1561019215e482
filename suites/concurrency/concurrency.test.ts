import { describe, expect, test } from "vitest"
import type { DriverModule } from "../../drivers/define.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { changed } from "../../fixtures/mutants/mutant.ts"
import { overNetwork } from "../../fixtures/mutants/network.ts"
import { loadSuite } from "../catalogue.ts"
import { openOnOwnTarget } from "../execution/opening.ts"
import type { RuleOutcome } from "../execution/outcome.ts"
import { runRule } from "../execution/run-rule.ts"
import { resolveCapabilities } from "../needs.ts"
import type { Rule } from "../rule.ts"

const { rules } = await loadSuite("concurrency")
const mutants = (await loadMutants()).filter(({ caughtBy }) => rules.some(({ id }) => id === caughtBy))

/** Runs one rule on a storage of its own; what it finds is hardly made smaller. */
async function run(module: DriverModule, rule: Rule, most: number): Promise<RuleOutcome> {
  const storage = await openOnOwnTarget(module)
  try {
    return await runRule(rule, {
      storage,
      surroundings: { capabilities: resolveCapabilities(module.capabilities, storage.capabilities), ownStorage: true },
      limits: { call: 1_000 },
      runFolder: "/conformance-test",
      seed: 1,
      concurrencyEffort: { rounds: { least: most, most, milliseconds: 0 }, patience: 200 },
    })
  } finally {
    await storage.close()
  }
}

function ruleOf(id: string): Rule {
  const found = rules.find((rule) => rule.id === id)
  if (found === undefined) throw new Error(`there is no rule ${id}`)
  return found
}

/** A good driver whose calls take a while, so that they really overlap. */
const slow = changed({ capabilities: { pageSize: 20 }, spoil: overNetwork })

test.each([
  ["at once", inmemory],
  ["over a network", slow],
] as const)("the in-memory driver keeps every rule: %s", async (_how, module) => {
  for (const rule of rules) {
    const outcome = await run(module, rule, 4)
    expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "passed", overlap: { atOnce: expect.any(Number) } })
  }
})

test("each rule has a known-bad driver that it is to catch", () => {
  const caught = new Set(mutants.map(({ caughtBy }) => caughtBy))
  expect(rules.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
  expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
})

describe("known-bad drivers", () => {
  test.concurrent.each(mutants.map((mutant) => [mutant.id, mutant.caughtBy, mutant] as const))(
    "%s is caught by %s",
    async (_id, ruleId, { module }) => {
      const outcome = await run(module, ruleOf(ruleId), 120)
      expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "failed" })
    },
  )
})
