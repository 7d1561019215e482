import { expect, test } from "vitest"
import { keepingNoBytes } from "../../fixtures/mutants/keeping-no-bytes.ts"
import { changed } from "../../fixtures/mutants/mutant.ts"
import { loadSuite } from "../catalogue.ts"
import { longObjects } from "../needs.ts"
import { runOnOwnStorage } from "../test-run.ts"

test("sizes and offsets beyond 2^32 are right in a driver that keeps them so", { timeout: 120_000 }, async () => {
  const { rules } = await loadSuite("scale")
  const rule = rules.find(({ needs }) => needs.includes(longObjects))
  if (rule === undefined) throw new Error("there is no rule on long objects")
  const driver = changed({ capabilities: { scope: "shared" }, spoil: keepingNoBytes })
  expect(await runOnOwnStorage(driver, rule, { seed: 1, call: 60_000 })).toMatchObject({ status: "passed" })
})
