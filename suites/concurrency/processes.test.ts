import { expect, test } from "vitest"
import { loneProcesses } from "../../cli/lone-process/client.ts"
import type { DriverModule } from "../../drivers/define.ts"
import filesystem from "../../drivers/filesystem/index.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadMutants, urlOfMutant } from "../../fixtures/mutants/catalogue.ts"
import exitingOnReads from "../../fixtures/mutants/useless/exiting-on-reads.ts"
import { loadSuite } from "../catalogue.ts"
import type { RuleOutcome } from "../execution/outcome.ts"
import { runOnOwnStorage } from "../test-run.ts"

const { rules } = await loadSuite("concurrency")
/** @param file from the root of the repository */
const urlOf = (file: string): string => new URL(`../../${file}`, import.meta.url).href

interface RunOptions {
  /** Processes over which the clients are spread; 1 is this one. */
  readonly processes: number
  readonly rounds: number
}

/** @param url where processes load the driver from */
async function run(module: DriverModule, url: string, ruleId: string, { processes, rounds }: RunOptions): Promise<RuleOutcome> {
  const rule = rules.find(({ id }) => id === ruleId)
  if (rule === undefined) throw new Error(`there is no rule ${ruleId}`)
  return runOnOwnStorage(module, rule, {
    seed: 1,
    call: 15_000,
    processes: ({ parameters }) => loneProcesses({ url, reference: module.name, parameters }),
    spread: processes === 1 ? undefined : processes,
    concurrencyEffort: { rounds: { least: rounds, most: rounds, milliseconds: 0 }, patience: 0 },
  })
}

const bound = (await loadMutants()).filter(({ processes = 1 }) => processes > 1)

test.each(bound)(
  "$id is found by clients in several processes, and not by clients in one",
  async ({ id, module, caughtBy, processes = 1 }) => {
    const url = urlOfMutant(id)
    expect(await run(module, url, caughtBy, { processes: 1, rounds: 4 })).toMatchObject({ status: "passed" })
    expect(await run(module, url, caughtBy, { processes, rounds: 60 })).toMatchObject({
      status: "failed",
      failure: { timeline: { unit: "ms" } },
    })
  },
)

test.each(["concurrent-uploads/to-one-path", "concurrent-mixes/as-the-registry"])(
  "a good driver passes %s with clients in several processes, whose calls meet",
  async (ruleId) => {
    const outcome = await run(filesystem, urlOf("drivers/filesystem/index.ts"), ruleId, { processes: 3, rounds: 8 })
    expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "passed" })
    expect(outcome.overlap?.atOnce).toBeGreaterThan(1)
  },
)

test("a storage in the memory of one process is not for clients in several", async () => {
  const outcome = await run(inmemory, urlOf("drivers/inmemory/index.ts"), "concurrent-mixes/of-files", {
    processes: 2,
    rounds: 1,
  })
  expect(outcome).toMatchObject({ status: "not-run", reason: "its storage is within one process" })
})

test("a driver that ends one of the processes is told", async () => {
  const outcome = await run(
    exitingOnReads,
    urlOf("fixtures/mutants/useless/exiting-on-reads.ts"),
    "concurrent-writes/to-one-path",
    {
      processes: 2,
      rounds: 4,
    },
  )
  expect(outcome).toMatchObject({
    status: "failed",
    failure: { expected: "the process to go on", actual: expect.stringMatching(/exit code 3|cannot be reached/) },
  })
})
