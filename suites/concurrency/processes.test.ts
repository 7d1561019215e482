import { afterEach, expect, test } from "vitest"
import { loneProcesses } from "../../cli/lone-process/client.ts"
import type { DriverModule } from "../../drivers/define.ts"
import { loadSuite } from "../catalogue.ts"
import { openOnOwnTarget } from "../execution/opening.ts"
import type { RuleOutcome } from "../execution/outcome.ts"
import { runRule } from "../execution/run-rule.ts"
import { resolveCapabilities } from "../needs.ts"
import { ClientProcesses } from "./processes/client-processes.ts"

const { rules } = await loadSuite("concurrency")
const started: { end(): Promise<void> }[] = []
afterEach(() => Promise.all(started.splice(0).map((each) => each.end())))

interface RunOptions {
  /** Processes over which the clients are spread; 1 is this one. */
  readonly processes: number
  readonly rounds: number
}

/** @param file of the driver's module, from the root of the repository */
async function run(file: string, ruleId: string, { processes, rounds }: RunOptions): Promise<RuleOutcome> {
  const url = new URL(`../../${file}`, import.meta.url).href
  const { default: module }: { readonly default: DriverModule } = await import(url)
  const storage = await openOnOwnTarget(module)
  started.push({ end: () => storage.close() })
  const lone = loneProcesses({ url, reference: file, parameters: storage.parameters })
  const clientProcesses = processes === 1 ? undefined : new ClientProcesses(lone, processes)
  if (clientProcesses !== undefined) started.push(clientProcesses)
  const rule = rules.find(({ id }) => id === ruleId)
  if (rule === undefined) throw new Error(`there is no rule ${ruleId}`)
  return runRule(rule, {
    storage,
    surroundings: {
      capabilities: resolveCapabilities(module.capabilities, storage.capabilities),
      ownStorage: true,
      clientProcesses,
    },
    limits: { call: 15_000 },
    runFolder: "/conformance-test",
    seed: 1,
    concurrencyEffort: { rounds: { least: rounds, most: rounds, milliseconds: 0 }, patience: 0 },
  })
}

test.each([
  ["lock", "concurrent-writes/to-one-path"],
  ["cache", "concurrent-writes/to-one-path"],
])("a %s that holds in one process only is found by clients in two, and not by clients in one", async (name, ruleId) => {
  const file = `fixtures/mutants/process-bound/${name}.ts`
  expect(await run(file, ruleId, { processes: 1, rounds: 4 })).toMatchObject({ status: "passed" })
  expect(await run(file, ruleId, { processes: 2, rounds: 60 })).toMatchObject({
    status: "failed",
    failure: { timeline: { unit: "ms" } },
  })
})

test.each(["concurrent-uploads/to-one-path", "concurrent-mixes/as-the-registry"])(
  "a good driver passes %s with clients in several processes, whose calls meet",
  async (ruleId) => {
    const outcome = await run("drivers/filesystem/index.ts", ruleId, { processes: 3, rounds: 8 })
    expect(outcome, JSON.stringify(outcome)).toMatchObject({ status: "passed" })
    expect(outcome.overlap?.atOnce).toBeGreaterThan(1)
  },
)

test("a storage in the memory of one process is not for clients in several", async () => {
  const outcome = await run("drivers/inmemory/index.ts", "concurrent-mixes/of-files", { processes: 2, rounds: 1 })
  expect(outcome).toMatchObject({ status: "not-run", reason: "its storage is within one process" })
})

test("a driver that ends one of the processes is told", async () => {
  const outcome = await run("fixtures/mutants/process-bound/exiting.ts", "concurrent-writes/to-one-path", {
    processes: 2,
    rounds: 4,
  })
  expect(outcome).toMatchObject({
    status: "failed",
    failure: { expected: "the process to go on", actual: expect.stringMatching(/exit code 3|cannot be reached/) },
  })
})
