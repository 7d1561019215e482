import { expect, test } from "vitest"
import type { DriverModule } from "../../drivers/define.ts"
import { loadSuite } from "../catalogue.ts"
import { runOnOwnStorage } from "../test-run.ts"

const { rules } = await loadSuite("contract")

test.each(["empty", "undefined", "throwing", "hostile"])("a driver that is useless, %s, passes no rule", async (name) => {
  const { default: module }: { readonly default: DriverModule } = await import(`../../fixtures/mutants/useless/${name}.ts`)
  for (const rule of rules) {
    const outcome = await runOnOwnStorage(module, rule, { seed: 1 })
    expect(outcome, rule.id).toMatchObject({ status: expect.stringMatching(/^(failed|set-up-failed|not-run)$/) })
  }
})
