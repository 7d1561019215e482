import { describe, expect, test } from "vitest"
import type { DriverModule } from "../../drivers/define.ts"
import filesystem from "../../drivers/filesystem/index.ts"
import inmemory from "../../drivers/inmemory/index.ts"
import { loadMutants } from "../../fixtures/mutants/catalogue.ts"
import { openOnOwnTarget } from "../../suites/execution/opening.ts"
import { runTests } from "./distribution-tests.ts"
import { tryPlainUse } from "./plain-use.ts"

const mutants = await loadMutants()

function mutant(id: string): DriverModule {
  const found = mutants.find((one) => one.id === id)
  if (found === undefined) throw new Error(`there is no known-bad driver ${id}`)
  return found.module
}

async function compare(module: DriverModule): Promise<{ readonly plain: boolean; readonly failing: readonly string[] }> {
  const storage = await openOnOwnTarget(module)
  try {
    const plain = (await tryPlainUse(storage, "/plain")) === "holds"
    return { plain, failing: (await runTests({ module, storage, folder: "/tests" })).failed }
  } finally {
    await storage.close()
  }
}

describe("what known-bad drivers are compared by", () => {
  test.each([inmemory, filesystem])("a good driver, $name, passes all of it", async (module) => {
    expect(await compare(module)).toEqual({ plain: true, failing: [] })
  })

  test("a crude bug shows in plain use, and Distribution's tests see it", async () => {
    expect(await compare(mutant("move-leaves-the-source"))).toEqual({ plain: false, failing: ["Move", "MoveOverwrite"] })
  })

  test("a stream that never ends is read no further than anything goes that is stored", async () => {
    const { plain, failing } = await compare(mutant("stream-begins-anew"))
    expect(plain).toBe(false)
    expect(failing).toContain("WriteReadStreams1")
  })

  test("a bug of walk is seen by none of Distribution's tests", async () => {
    expect(await compare(mutant("walk-in-order-of-keys"))).toEqual({ plain: true, failing: [] })
  })
})
