import { test } from "vitest"
import filesystem from "../../drivers/filesystem/index.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadSuite } from "../../suites/catalogue.ts"
import { openOnOwnTarget } from "../../suites/execution/opening.ts"
import { runRule } from "../../suites/execution/run-rule.ts"
import { resolveCapabilities } from "../../suites/needs.ts"

/** Certifies the driver that Stryker puts its mutants into, as the environment names it: each rule is a test, so that the first broken one ends it. */
const module = [filesystem, inmemory].find(({ name }) => name === process.env["MUTATED_DRIVER"])
if (module === undefined) throw new Error("MUTATED_DRIVER names none of the drivers")

const { rules } = await loadSuite("contract")

test.each(rules.map((rule) => [rule.id, rule] as const))("%s", async (_id, rule) => {
  const storage = await openOnOwnTarget(module)
  try {
    const outcome = await runRule(rule, {
      storage,
      surroundings: { capabilities: resolveCapabilities(module.capabilities, storage.capabilities), ownStorage: true },
      limits: { call: 2_000 },
      runFolder: "/certification",
      seed: 1,
    })
    if (outcome.status !== "passed" && outcome.status !== "not-run") throw new Error(JSON.stringify(outcome))
  } finally {
    await storage.close()
  }
})
