import { expect, test } from "vitest"
import type { RuleOutcome } from "../../suites/execution/outcome.ts"
import { Backend } from "./backend.ts"
import { Conductor } from "./conductor.ts"

const ruleIds = ["content/round-trip"]

/** Runs a rule several times against a module, as a run of so many rules would. */
async function conduct(
  module: string,
  times = 1,
): Promise<{ readonly outcomes: readonly RuleOutcome[]; readonly conductor: Conductor }> {
  const location = { url: new URL(`../../${module}`, import.meta.url).href, reference: module }
  const open = { parameters: {}, limits: { call: 500 }, runFolder: "/conformance-test", seed: 1, ownStorage: true, effort: {} }
  const backend = new Backend(location, 3_000)
  const conductor = new Conductor({
    module: location,
    open,
    concurrency: 2,
    redact: (value) => value,
    probe: () => backend.probe(500),
  })
  try {
    await backend.load()
    await backend.open(open)
    const asked = Array.from({ length: times }, (_, index) => ruleIds[index % ruleIds.length] ?? "")
    return { outcomes: await Promise.all(asked.map((ruleId) => conductor.run(ruleId))), conductor }
  } finally {
    await conductor.end()
    await backend.end()
  }
}

test("a rule passes on a good driver", async () => {
  const { outcomes } = await conduct("drivers/inmemory/index.ts")
  expect(outcomes).toMatchObject([{ status: "passed", ruleId: "content/round-trip" }])
})

test("a process that ends fails the rule in progress, names the call, and the rest go on", async () => {
  const { outcomes } = await conduct("fixtures/mutants/useless/exiting.ts", 5)
  expect(outcomes.map(({ status }) => status)).toEqual(Array(5).fill("failed"))
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ failure: { actual: expect.stringMatching(/ended with exit code 7 in putContent\(/) } })
  }
})

// It blocks by computing, and has to be given a processor to be called blocked: on a busy machine that takes its time.
test("a blocked event loop fails the rule in progress; after three the rest are not run", { timeout: 120_000 }, async () => {
  const { outcomes, conductor } = await conduct("fixtures/mutants/useless/blocking.ts", 6)
  const failed = outcomes.filter(({ status }) => status === "failed")
  expect(failed.length).toBeGreaterThanOrEqual(3)
  for (const outcome of failed) expect(outcome).toMatchObject({ failure: { actual: expect.stringContaining("in putContent(") } })
  expect(outcomes.at(-1)).toMatchObject({ status: "inconclusive", because: "stopped" })
  expect(conductor.stopped).toContain("event loop")
})

test("a driver that never answers cannot be told from a backend that is gone", async () => {
  const { outcomes, conductor } = await conduct("fixtures/mutants/useless/silent.ts", 5)
  expect(outcomes[0]).toMatchObject({ status: "inconclusive", because: "backend-gone" })
  expect(outcomes.at(-1)).toMatchObject({ status: "inconclusive", because: "stopped" })
  expect(conductor.gone).toBe(true)
})

test("an unreachable backend accuses nobody", async () => {
  const { outcomes, conductor } = await conduct("fixtures/mutants/useless/unreachable.ts", 2)
  expect(outcomes).toMatchObject([
    { status: "inconclusive", because: "backend-gone" },
    { status: "inconclusive", because: "backend-gone" },
  ])
  expect(conductor.gone).toBe(true)
})

test("a rejection that nobody handles is charged to the rule that was running", async () => {
  const { outcomes } = await conduct("fixtures/mutants/useless/stray.ts")
  expect(outcomes).toMatchObject([{ status: "failed", failure: { actual: expect.stringContaining("the flush failed") } }])
})
