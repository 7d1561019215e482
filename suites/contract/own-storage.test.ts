import { expect, test } from "vitest"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadSuite } from "../catalogue.ts"
import { runOnOwnStorage } from "../test-run.ts"

test("calls that could touch what is not the run's are made on a storage of the suite's own only", async () => {
  const { rules } = await loadSuite("contract")
  const rule = rules.find(({ id }) => id === "paths/relative-and-empty-are-refused")
  if (rule === undefined) throw new Error("the rule is gone")
  const outcome = await runOnOwnStorage(inmemory, rule, { seed: 1, ownStorage: false })
  expect(outcome).toMatchObject({ status: "not-run", reason: expect.stringContaining("not its own") })
})
