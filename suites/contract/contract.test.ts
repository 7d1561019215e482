import { beforeAll, describe, expect, test } from "vitest"
import type { DriverModule } from "../../drivers/define.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { unusualDrivers } from "../../fixtures/mutants/unusual.ts"
import { loadSuite } from "../catalogue.ts"
import { openOnOwnTarget } from "../execution/opening.ts"
import type { RuleOutcome } from "../execution/outcome.ts"
import { runRule } from "../execution/run-rule.ts"
import { resolveCapabilities } from "../needs.ts"
import type { Rule } from "../rule.ts"

const { rules } = await loadSuite("contract")
const ruleIds = new Set(rules.map(({ id }) => id))
/** Those of other suites are held against their rules there; those on Azurite are left to the kill rate's command, which starts it once. */
const mutants = (await loadMutants()).filter(({ base, caughtBy }) => base !== "azure" && ruleIds.has(caughtBy))

/** Runs one rule on a storage of its own. */
async function run(module: DriverModule, rule: Rule, seed: number, ownStorage = true): Promise<RuleOutcome> {
  const storage = await openOnOwnTarget(module)
  try {
    return await runRule(rule, {
      storage,
      surroundings: { capabilities: resolveCapabilities(module.capabilities, storage.capabilities), ownStorage },
      limits: { call: 1_000 },
      runFolder: "/conformance-test",
      seed,
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

test.each([1, 2])("the in-memory driver keeps every rule, seed %i", async (seed) => {
  for (const rule of rules) {
    const outcome = await run(inmemory, rule, seed)
    expect(outcome, rule.id).toMatchObject({ status: expect.stringMatching(/^(passed|not-run)$/) })
  }
})

test("each rule has a known-bad driver that it is to catch", () => {
  const caught = new Set(mutants.map(({ caughtBy }) => caughtBy))
  expect(rules.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
  expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
})

describe("legal but unusual drivers raise no alarm", () => {
  test.each(unusualDrivers.map((driver) => [driver.id, driver] as const))("%s", async (_id, { module }) => {
    for (const rule of rules) {
      const outcome = await run(module, rule, 1)
      expect(outcome, `${rule.id} ${JSON.stringify(outcome)}`).toMatchObject({
        status: expect.stringMatching(/^(passed|not-run)$/),
      })
    }
  })
})

describe("known-bad drivers", () => {
  test.each(mutants.map((mutant) => [mutant.id, mutant.caughtBy, mutant] as const))(
    "%s is caught by %s",
    async (_id, ruleId, { module }) => {
      for (const seed of [1, 2]) {
        const outcome = await run(module, ruleOf(ruleId), seed)
        expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "failed" })
      }
    },
  )
})

describe.each(["empty", "undefined", "throwing", "hostile"])("a driver that is useless: %s", (name) => {
  let module: DriverModule

  beforeAll(async () => {
    module = (await import(`../../fixtures/mutants/useless/${name}.ts`)).default
  })

  test("passes no rule", async () => {
    for (const rule of rules) {
      const outcome = await run(module, rule, 1)
      expect(outcome, rule.id).toMatchObject({ status: expect.stringMatching(/^(failed|set-up-failed|not-run)$/) })
    }
  })
})

test("calls that could touch what is not the run's are made on a storage of the suite's own only", async () => {
  const outcome = await run(inmemory, ruleOf("paths/relative-and-empty-are-refused"), 1, false)
  expect(outcome).toMatchObject({ status: "not-run", reason: expect.stringContaining("not its own") })
})
