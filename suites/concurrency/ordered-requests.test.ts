import { afterAll, beforeAll, expect, test } from "vitest"
import azure from "../../drivers/azure/index.ts"
import type { DriverModule } from "../../drivers/define.ts"
import { backendIn, withOrigin } from "../../fixtures/faults/request-gates.ts"
import { changed, overriding } from "../../fixtures/mutants/mutant.ts"
import { loadSuite } from "../catalogue.ts"
import { type OwnStorage, openOnOwnTarget, openStorage, validateParameters } from "../execution/opening.ts"
import type { RuleOutcome } from "../execution/outcome.ts"
import { runRule } from "../execution/run-rule.ts"
import { resolveCapabilities } from "../needs.ts"
import { GatedStorages } from "./timing/gated-storages.ts"

const { rules } = await loadSuite("concurrency")
let backend: OwnStorage
beforeAll(async () => {
  backend = await openOnOwnTarget(azure)
})
afterAll(() => backend.close())

async function open(module: DriverModule, parameters: unknown) {
  const validated = await validateParameters(module, parameters)
  if (!validated.valid) throw new Error(JSON.stringify(validated.issues))
  return openStorage(module, validated.value, 30_000)
}

async function run(module: DriverModule, ruleId: string, most: number): Promise<RuleOutcome> {
  const origin = backendIn(backend.parameters)
  const rule = rules.find(({ id }) => id === ruleId)
  if (origin === undefined || rule === undefined) throw new Error(`${ruleId} cannot be run`)
  const storage = await open(module, backend.parameters)
  const gatedStorages = new GatedStorages(origin, (other) => open(module, withOrigin(backend.parameters, origin, other)))
  try {
    return await runRule(rule, {
      storage,
      surroundings: {
        capabilities: resolveCapabilities(module.capabilities, storage.capabilities),
        ownStorage: true,
        gatedStorages,
      },
      limits: { call: 10_000 },
      runFolder: "/conformance-test",
      seed: 1,
      concurrencyEffort: { rounds: { least: 1, most, milliseconds: 0 }, patience: 0 },
    })
  } finally {
    await gatedStorages.end()
    await storage.close()
  }
}

test("requests of several clients pass in an order that was decided, and a good driver keeps the rule", async () => {
  const outcome = await run(azure, "concurrent-moves/lose-no-write", 1)
  expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "passed" })
  expect(outcome.overlap?.overlapping).toBeGreaterThan(0)
})

test("a race between the requests of two calls is found, and told in steps", async () => {
  const bad = changed({
    base: "azure",
    spoil: (driver) =>
      overriding(driver, {
        move: async (source, destination) => {
          await driver.putContent(destination, await driver.getContent(source))
          await driver.delete(source)
        },
      }),
  })
  const outcome = await run(bad, "concurrent-moves/lose-no-write", 120)
  expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "failed", failure: { timeline: { unit: "steps" } } })
})
