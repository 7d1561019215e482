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

/** Runs one rule on a storage of its own; what it finds is made smaller where there is patience for it, in milliseconds. */
async function run(module: DriverModule, rule: Rule, most: number, patience = 0): Promise<RuleOutcome> {
  const storage = await openOnOwnTarget(module)
  try {
    return await runRule(rule, {
      storage,
      surroundings: { capabilities: resolveCapabilities(module.capabilities, storage.capabilities), ownStorage: true },
      limits: { call: 1_000 },
      runFolder: "/conformance-test",
      seed: 1,
      concurrencyEffort: { rounds: { least: most, most, milliseconds: 0 }, patience },
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

/** The driver as one that cannot wait for the suite to go on: its calls meet by chance. */
function byChance(module: DriverModule): DriverModule {
  const unscheduled = { scheduled: false } as const
  return {
    ...module,
    capabilities: { ...module.capabilities, ...unscheduled },
    open: async (options) => {
      const storage = await module.open(options)
      return { ...storage, capabilities: { ...storage.capabilities, ...unscheduled } }
    },
  }
}

const fewAPage = changed({ capabilities: { pageSize: 20 }, spoil: (driver) => driver })

/** A good driver whose calls take a while, so that they really overlap. */
const slow = byChance(changed({ capabilities: { pageSize: 20 }, spoil: overNetwork }))

test.each([
  ["in a decided order", fewAPage],
  ["by chance", byChance(inmemory)],
  ["by chance, over a network", slow],
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

const cases = mutants.map(({ id, caughtBy, module }) => [id, caughtBy, module] as const)

describe("known-bad drivers", () => {
  test.concurrent.each(cases)("%s is caught by %s, by chance", async (_id, ruleId, module) => {
    const outcome = await run(byChance(module), ruleOf(ruleId), 120)
    expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "failed" })
  })

  test.each(cases)("%s is caught by %s in a decided order", async (_id, ruleId, module) => {
    const outcome = await run(module, ruleOf(ruleId), 120)
    expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "failed" })
  })
})

test("the same seed finds the same in the same steps, down to each call and moment", async () => {
  const [lost] = mutants.filter(({ id }) => id === "concurrent-move-deletes-what-came-later")
  if (lost === undefined) throw new Error("the known-bad driver is gone")
  const found = async (): Promise<unknown> => {
    const outcome = await run(lost.module, ruleOf(lost.caughtBy), 120, 800)
    return { ...outcome, milliseconds: 0 }
  }
  const first = await found()
  expect(first).toMatchObject({
    failure: {
      example: ["these calls fail every time in this order of steps (20 of 20)"],
      timeline: { unit: "steps" },
    },
  })
  expect(await found()).toEqual(first)
})

test("a driver that says it waits for the clock of the suite, and does not, is told", async () => {
  const hasty = changed({ capabilities: { scheduled: true }, base: "filesystem", spoil: (driver) => driver })
  expect(await run(hasty, ruleOf("concurrent-moves/of-one-source"), 2)).toMatchObject({
    status: "failed",
    failure: { actual: "calls that never slept" },
  })
})
