import { afterAll, describe, expect, test } from "vitest"
import type { DriverModule } from "../drivers/define.ts"
import filesystem from "../drivers/filesystem/index.ts"
import inmemory from "../drivers/inmemory/index.ts"
import { loadMutants } from "../fixtures/mutants/catalogue.ts"
import { type ConformanceOptions, conformance } from "./conformance.ts"

// The way that a driver author takes: the rules become tests of this very file.
await conformance(inmemory, { describe, test, afterAll }, { seed: 1, select: ({ id }) => id.startsWith("move/") })
await conformance(filesystem, { describe, test, afterAll }, { seed: 1, select: ({ id }) => id.startsWith("list/") })

await conformance(
  inmemory,
  { describe, test, afterAll },
  { suite: "concurrency", seed: 1, select: ({ id }) => id === "concurrent-moves/in-a-ring" },
)

interface Registered {
  readonly name: string
  readonly skipped: boolean
  readonly body: (context?: unknown) => Promise<void>
}

/** A runner that only notes what is registered. */
async function register(driver: DriverModule, options: ConformanceOptions): Promise<readonly Registered[]> {
  const registered: Registered[] = []
  const note = (skipped: boolean) => (name: string, body: () => Promise<void>) => {
    registered.push({ name, skipped, body })
  }
  await conformance(
    driver,
    { describe: (_name, body) => body(), test: Object.assign(note(false), { skip: note(true) }) },
    options,
  )
  return registered
}

test("a broken rule fails its test, with the calls, the source and the seed", async () => {
  const mutant = (await loadMutants()).find(({ id }) => id === "move-leaves-the-source")
  if (mutant === undefined) throw new Error("the known-bad driver is gone")
  const [only] = await register(mutant.module, { seed: 5, select: ({ id }) => id === "move/removes-the-source" })
  await expect(only?.body()).rejects.toThrow(
    /MUST move\/removes-the-source[\s\S]*move\("\/a", "\/b"\)[\s\S]*source: [\s\S]*seed: 5/,
  )
})

test("a sequence of calls fails its test with the rule that it broke", async () => {
  const mutant = (await loadMutants()).find(({ id }) => id === "uploads-cannot-be-overwritten")
  if (mutant === undefined) throw new Error("the known-bad driver is gone")
  const [only] = await register(mutant.module, { seed: 5, select: ({ id }) => id === "sequences/of-uploads" })
  await expect(only?.body()).rejects.toThrow(/MUST sequences\/of-uploads: .*\nbroken: content\/[a-z-]+\nexpected /)
})

test("what a driver does not offer is skipped, with the reason", async () => {
  const registered = await register(inmemory, {})
  const skipped = registered.filter((each) => each.skipped).map(({ name }) => name)
  expect(skipped).toContain("redirect-url/get-gives-the-content (the driver declares no redirect URLs)")
  expect(registered.length).toBeGreaterThan(skipped.length)
})

test("what a driver turns out not to offer when it is opened is skipped then, where the runner can", async () => {
  const ignoresCase: DriverModule = {
    ...inmemory,
    open: async () => ({
      ...(await inmemory.open({ parameters: {}, signal: new AbortController().signal })),
      capabilities: { caseSensitive: false },
    }),
  }
  const [only] = await register(ignoresCase, { select: ({ id }) => id === "paths/case-tells-names-apart" })
  const reasons: unknown[] = []
  await only?.body({ skip: (reason: unknown) => reasons.push(reason) })
  expect(reasons).toEqual(["the driver declares that it ignores case"])
  await only?.body()
})

test("the suite scale skips what needs processes of its own", async () => {
  const registered = await register(filesystem, { suite: "scale" })
  expect(registered.map(({ name }) => name)).toContain(
    "large-uploads/resumed-after-a-kill (no processes can be started for it here: the command certify does)",
  )
  expect(registered.some(({ skipped }) => !skipped)).toBe(true)
})

test("parameters that the driver refuses fail every test with what is wrong", async () => {
  const [first] = await register(filesystem, {
    parameters: { rootdirectory: 5 },
    select: ({ id }) => id === "content/round-trip",
  })
  await expect(first?.body()).rejects.toThrow("rootdirectory")
})
