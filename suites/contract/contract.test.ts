import { describe, expect, test } from "vitest"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { unusualDrivers } from "../../fixtures/mutants/unusual.ts"
import { loadSuite } from "../catalogue.ts"
import { runOnOwnStorage } from "../test-run.ts"

const { rules } = await loadSuite("contract")

test.each([1, 2])("the in-memory driver keeps every rule, seed %i", { timeout: 60_000 }, async (seed) => {
  for (const rule of rules) {
    const outcome = await runOnOwnStorage(inmemory, rule, { seed })
    expect(outcome, rule.id).toMatchObject({ status: expect.stringMatching(/^(passed|not-run)$/) })
  }
})

test("each rule has a known-bad driver that it is to catch", async () => {
  const mutants = await loadMutants()
  const caught = new Set(mutants.map(({ caughtBy }) => caughtBy))
  expect(rules.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([])
  expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
})

/** Sequences of calls are as many as over a network, and run side by side: the kill rate's command runs as many as in one process. */
const likeAService = { scope: "shared" } as const

describe("legal but unusual drivers raise no alarm", () => {
  test.each(unusualDrivers.map((driver) => [driver.id, driver] as const))("%s", async (_id, { module }) => {
    for (const rule of rules) {
      const outcome = await runOnOwnStorage(module, rule, { seed: 1, capabilities: likeAService })
      expect(outcome, `${rule.id} ${JSON.stringify(outcome)}`).toMatchObject({
        status: expect.stringMatching(/^(passed|not-run)$/),
      })
    }
  })
})

test("calls that could touch what is not the run's are made on a storage of the suite's own only", async () => {
  const rule = rules.find(({ id }) => id === "paths/relative-and-empty-are-refused")
  if (rule === undefined) throw new Error("the rule is gone")
  const outcome = await runOnOwnStorage(inmemory, rule, { seed: 1, ownStorage: false })
  expect(outcome).toMatchObject({ status: "not-run", reason: expect.stringContaining("not its own") })
})
