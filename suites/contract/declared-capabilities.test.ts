import { expect, test } from "vitest"
import { InvalidPathError, type StorageDriver } from "../../drivers/contract.ts"
import { goodMisconfiguration } from "../../fixtures/mutants/misconfiguration-mutants.ts"
import { type Change, changed, overriding } from "../../fixtures/mutants/mutant.ts"
import { goodURLs } from "../../fixtures/mutants/redirect-expiry-mutants.ts"
import { loadSuite } from "../catalogue.ts"
import type { RuleOutcome } from "../execution/outcome.ts"
import { runOnOwnStorage } from "../test-run.ts"

const { rules } = await loadSuite("contract")

/** Runs rules on a driver that keeps them all, each on a storage of its own. */
async function runOn(change: Change, select: (id: string) => boolean): Promise<readonly RuleOutcome[]> {
  const module = changed(change)
  const outcomes: RuleOutcome[] = []
  for (const rule of rules.filter((one) => select(one.id))) outcomes.push(await runOnOwnStorage(module, rule, { seed: 1 }))
  return outcomes
}

/** A driver that refuses what is longer than it declares, in every method. */
function limited(driver: StorageDriver, { path: mostOfPath, component }: { readonly path: number; readonly component: number }) {
  const demand = (...paths: readonly string[]): void => {
    const tooLong = paths.find((one) => one.length > mostOfPath || one.split("/").some((name) => name.length > component))
    if (tooLong !== undefined) throw new InvalidPathError({ driverName: driver.name, path: tooLong })
  }
  return overriding(driver, {
    getContent: async (path, options) => {
      demand(path)
      return driver.getContent(path, options)
    },
    putContent: async (path, content, options) => {
      demand(path)
      return driver.putContent(path, content, options)
    },
    writer: async (path, options) => {
      demand(path)
      return driver.writer(path, options)
    },
    stat: async (path, options) => {
      demand(path)
      return driver.stat(path, options)
    },
    move: async (source, destination, options) => {
      demand(source, destination)
      return driver.move(source, destination, options)
    },
  })
}

test.each([
  { path: 300, component: 100 },
  { path: 4_000, component: 255 },
  { path: 100_000, component: 100_000 },
])("a driver that keeps to the limits it declares is not accused: %j", async (limits) => {
  const capabilities = { maximumPathLength: limits.path, maximumComponentLength: limits.component }
  const outcomes = await runOn({ capabilities, spoil: (driver) => limited(driver, limits) }, (id) => id.startsWith("paths/"))
  expect(outcomes.filter(({ status }) => status !== "passed")).toEqual([])
})

test("a driver that ignores case, and says so, is not asked to tell it apart", async () => {
  const capabilities = { caseSensitive: false }
  const [outcome] = await runOn({ capabilities, spoil: (driver) => driver }, (id) => id === "paths/case-tells-names-apart")
  expect(outcome).toMatchObject({ status: "not-run", reason: "the driver declares that it ignores case" })
})

test("URLs that expire when they should are not accused, and long lives are not waited for", async () => {
  const isExpiry = (id: string) => id === "redirect-url/expires"
  expect(await runOn(goodURLs, isExpiry)).toMatchObject([{ status: "passed" }])
  const longLived = { ...goodURLs, capabilities: { redirectURL: true, redirectURLLifetime: 1_200_000 } }
  expect(await runOn(longLived, isExpiry)).toMatchObject([{ status: "not-run", reason: expect.stringContaining("1200000 ms") }])
})

test("a misconfiguration that is told as it should be is not accused, and one that nobody names is not looked for", async () => {
  const isMisconfiguration = (id: string) => id === "errors/misconfigured-is-not-missing"
  expect(await runOn(goodMisconfiguration, isMisconfiguration)).toMatchObject([{ status: "passed" }])
  const reason = "the driver's module tells no misconfiguration"
  expect(await runOn({ spoil: (driver) => driver }, isMisconfiguration)).toMatchObject([{ status: "not-run", reason }])
})
