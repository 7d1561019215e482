import { expect, test } from "vitest"
import type { DriverModule } from "../../drivers/define.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { loadSuite } from "../catalogue.ts"
import type { RuleOutcome } from "../execution/outcome.ts"
import { runOnOwnStorage } from "../test-run.ts"

const { rules } = await loadSuite("concurrency")

/** Runs one rule; what it finds is made smaller where there is patience for it, in milliseconds. */
function run(module: DriverModule, ruleId: string, most: number, patience = 0): Promise<RuleOutcome> {
  const rule = rules.find(({ id }) => id === ruleId)
  if (rule === undefined) throw new Error(`there is no rule ${ruleId}`)
  const concurrencyEffort = { rounds: { least: most, most, milliseconds: 0 }, patience }
  return runOnOwnStorage(module, rule, { seed: 1, concurrencyEffort })
}

test("the same seed finds the same in the same steps, down to each call and moment", async () => {
  const lost = (await loadMutants()).find(({ id }) => id === "concurrent-move-deletes-what-came-later")
  if (lost === undefined) throw new Error("the known-bad driver is gone")
  const found = async (): Promise<unknown> => ({ ...(await run(lost.module, lost.caughtBy, 120, 80)), milliseconds: 0 })
  const first = await found()
  expect(first).toMatchObject({
    failure: {
      example: ["these calls fail every time in this order of steps (20 of 20)"],
      timeline: { unit: "steps" },
    },
  })
  expect(await found()).toEqual(first)
})

test("a ring of locks is told as nothing but the moves that wait for each other, found in the same steps each time", async () => {
  const locking = (await loadMutants()).find(({ id }) => id === "concurrent-moves-lock-in-the-order-of-the-call")
  if (locking === undefined) throw new Error("the known-bad driver is gone")
  const found = async () => ({ ...(await run(locking.module, locking.caughtBy, 120, 2_000)), milliseconds: 0 })
  const first = await found()
  if (first.status !== "failed") throw new Error("the ring was not found")
  expect(first).toMatchObject({
    failure: {
      expected: "move to settle",
      doubt: "hung",
      example: ["these calls hang every time in this order of steps (20 of 20)"],
    },
  })
  const methods = first.failure.calls.map(({ method }) => method)
  const files = methods.lastIndexOf("putContent") + 1
  expect(methods).toEqual([...Array(files).fill("putContent"), ...Array(files).fill("move")])
  expect(await found()).toEqual(first)
})

test("a driver that says it waits for the clock of the suite, and does not, is told", async () => {
  const hasty: DriverModule = {
    ...inmemory,
    open: async (options) => {
      const storage = await inmemory.open({ ...options, parameters: {} })
      return { ...storage, connect: () => storage.connect() }
    },
  }
  expect(await run(hasty, "concurrent-moves/of-one-source", 2)).toMatchObject({
    status: "failed",
    failure: { actual: "calls that never slept" },
  })
})
