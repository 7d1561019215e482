import { describe, expect, test } from "vitest"
import type { FileInfo } from "../../drivers/contract.ts"
import type { DriverModule } from "../../drivers/define.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { changed, overriding } from "../../fixtures/mutants/mutant.ts"
import { loadSuite } from "../catalogue.ts"
import type { Failure, RuleOutcome } from "../execution/outcome.ts"
import type { Rule } from "../rule.ts"
import { runOnOwnStorage } from "../test-run.ts"
import type { Command } from "./commands.ts"
import type { Effort } from "./effort.ts"

const { rules } = await loadSuite("contract")
const mutants = (await loadMutants()).filter(({ caughtBy }) => caughtBy.startsWith("sequences/"))

function ruleOf(id: string): Rule {
  const found = rules.find((rule) => rule.id === id)
  if (found === undefined) throw new Error(`there is no rule ${id}`)
  return found
}

function run(module: DriverModule, ruleId: string, seed: number, effort: Effort = {}): Promise<RuleOutcome> {
  return runOnOwnStorage(module, ruleOf(ruleId), { seed, effort, call: 5_000 })
}

function replayed(module: DriverModule, rule: string, commands: readonly Command[]): Promise<RuleOutcome> {
  return run(module, rule, 1, { saved: [{ rule, commands }], replays: true })
}

function failureOf(outcome: RuleOutcome): Failure {
  if (outcome.status !== "failed") throw new Error(`expected a failure, got ${JSON.stringify(outcome)}`)
  return outcome.failure
}

describe("the smallest sequence that shows a known-bad driver", () => {
  test.each(mutants.map((mutant) => [mutant.id, mutant] as const))("%s", { timeout: 60_000 }, async (_id, mutant) => {
    const { module, caughtBy } = mutant
    const failure = failureOf(await run(module, caughtBy, 1))
    const sequence = failure.sequence
    expect(sequence).toMatchObject({ repeats: 5, failed: 5 })
    const commands = sequence?.commands ?? []
    expect(failureOf(await replayed(module, caughtBy, commands)).brokenRule).toBe(failure.brokenRule)
    expect((await replayed(inmemory, caughtBy, commands)).status).toBe("passed")
    for (const dropped of commands.keys()) {
      const outcome = await replayed(module, caughtBy, commands.toSpliced(dropped, 1))
      const stillBreaks = outcome.status === "failed" && outcome.failure.brokenRule === failure.brokenRule
      expect(stillBreaks, `without call ${dropped + 1} of ${JSON.stringify(commands)}`).toBe(false)
    }
  })
})

/** The in-memory driver as one that sequences run side by side on. */
const sideBySide = changed({ capabilities: { scope: "shared" }, spoil: (driver) => driver })

describe.each(["sequences/of-files", "sequences/of-uploads", "sequences/of-trees"])("%s", (id) => {
  test("tries all that there is to try, the same for the same seed, also side by side", async () => {
    const first = await run(sideBySide, id, 7)
    expect(first.status).toBe("passed")
    for (const { group, missed } of first.explored?.coverage ?? []) expect(missed, group).toEqual([])
    const again = await run(sideBySide, id, 7)
    expect(again.explored).toEqual(first.explored)
    expect(again.calls).toBe(first.calls)
    expect((await run(sideBySide, id, 8)).explored?.calls).not.toBe(first.explored?.calls)
  })

  test("passes nobody after fewer sequences than usual", async () => {
    expect(await run(inmemory, id, 1, { runs: 3 })).toMatchObject({ status: "inconclusive", because: "no-evidence" })
    expect(await run(inmemory, id, 1, { milliseconds: 1 })).toMatchObject({ status: "inconclusive", because: "no-evidence" })
  })
})

/** The in-memory driver with entries walked in the order of their whole paths, as an object store lists keys; some are left out where it breaks. */
function walkingByKey(breaks: boolean): DriverModule {
  return changed({
    spoil: (driver) =>
      overriding(driver, {
        walk: async (path, visit, options) => {
          const infos: FileInfo[] = []
          await driver.walk(path, (info) => void infos.push(info), options)
          const skipped: string[] = []
          for (const info of infos.toSorted((one, other) => (one.path < other.path ? -1 : 1)).slice(0, breaks ? 3 : undefined)) {
            if (skipped.some((folder) => info.path.startsWith(`${folder}/`))) continue
            const step = await visit(info)
            if (step === "stop") return
            if (step === "skip-directory") skipped.push(info.path)
          }
        },
      }),
  })
}

test("a driver that departs from a SHOULD is told so, and a MUST that it breaks comes first", async () => {
  const departing = failureOf(await run(walkingByKey(false), "sequences/of-trees", 1))
  expect(departing.brokenRule).toBe("walk/folder-before-its-contents")
  const breaking = failureOf(await run(walkingByKey(true), "sequences/of-trees", 1))
  expect(ruleOf(breaking.brokenRule ?? "").level).toBe("MUST")
})
