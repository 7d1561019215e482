import { configureGlobal } from "fast-check"
import { afterAll, describe, test } from "vitest"
import type { DriverModule } from "../../drivers/define.ts"
import { loadSuite, type SuiteName } from "../../suites/catalogue.ts"
import { openStorage, targetOf, targetStartLimit, validateParameters } from "../../suites/execution/opening.ts"
import { runRule } from "../../suites/execution/run-rule.ts"
import { resolveCapabilities } from "../../suites/needs.ts"
import type { Rule } from "../../suites/rule.ts"

/**
 * Certifies the drivers that Stryker puts its mutants into, as the environment names them. Each rule is a test, so that the first
 * broken one ends it; those that take long come last. A target is started once, the storage opened in each test: what happens outside
 * of tests Stryker counts for none of them.
 */
const drivers = process.env["MUTATED_DRIVERS"]?.split(",") ?? []

// That a rule is broken is enough: nobody reads the smallest case.
configureGlobal({ endOnFailure: true })

interface Certified {
  readonly load: () => Promise<DriverModule>
  readonly suites: readonly SuiteName[]
}

const both = ["contract", "concurrency"] as const

/** By the names that the subjects have for them. */
const certified: Readonly<Record<string, Certified>> = {
  inmemory: { suites: both, load: async () => (await import("../../drivers/inmemory/index.ts")).default },
  equipped: { suites: both, load: async () => (await import("./equipped.ts")).default },
  busyDisk: { suites: both, load: async () => (await import("./busy-disk.ts")).default },
  badNetwork: { suites: ["contract"], load: async () => (await import("./bad-network.ts")).default },
  busyService: { suites: ["concurrency"], load: async () => (await import("./bad-network.ts")).busyService },
}

/** Sequences are as many as over a network, not as many as a storage in memory gets: those would cost most of the time. */
const asAService = { scope: "shared" } as const

const takesLong = ({ id }: Rule): boolean => id.startsWith("sequences/") || id === "concurrent-listings/beyond-a-page"

for (const driver of drivers) {
  const entry = certified[driver]
  if (entry === undefined) throw new Error(`there is no driver ${driver}: ${Object.keys(certified).join(", ")}`)
  const module = await entry.load()
  const suites = await Promise.all(entry.suites.map((name) => loadSuite(name)))
  const rules = suites.flatMap((suite) => suite.rules)
  const inOrder = [...rules.filter((rule) => !takesLong(rule)), ...rules.filter(takesLong)]
  const target = await (await targetOf(module))?.start({ signal: AbortSignal.timeout(targetStartLimit) })
  const validated = await validateParameters(module, target?.parameters ?? {})
  if (!validated.valid) throw new Error(JSON.stringify(validated.issues))

  describe(driver, () => {
    afterAll(() => target?.stop())

    test.each(inOrder.map((rule) => [rule.id, rule] as const))("%s", async (_id, rule) => {
      const storage = await openStorage(module, validated.value, targetStartLimit)
      try {
        const outcome = await runRule(rule, {
          storage,
          surroundings: {
            capabilities: resolveCapabilities(module.capabilities, storage.capabilities, asAService),
            ownStorage: true,
          },
          limits: { call: 5_000 },
          runFolder: "/certification",
          seed: 1,
          concurrencyEffort: { rounds: { least: 8, most: 8, milliseconds: 0 }, patience: 0 },
        })
        if (outcome.status !== "passed" && outcome.status !== "not-run") throw new Error(JSON.stringify(outcome))
      } finally {
        await storage.close()
      }
    })
  })
}
