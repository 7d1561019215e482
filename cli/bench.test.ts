import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { benchReport } from "./bench/result.ts"
import { runCommand } from "./test-command.ts"

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bench-test-"))
})

afterAll(() => rm(folder, { recursive: true }))

const brief = ["--time", "20ms", "--size", "1MiB", "--concurrency", "2"]

async function reportIn(file: string) {
  return benchReport.parse(JSON.parse(await readFile(join(folder, file), "utf8")))
}

test("a driver is measured, in a table of 80 columns and in JSON, and then against what it was", {
  timeout: 60_000,
}, async () => {
  const first = await runCommand(["bench", "inmemory", ...brief, "--json", "before.json"], { cwd: folder })
  expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/^48 %, \d+ s left {2}stat$/m) })
  expect(first.stdout).not.toContain("\u001b")
  for (const line of first.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80)
  const { benchmarks, compared } = await reportIn("before.json")
  expect(compared).toBeUndefined()
  const methods = [
    "putContent",
    "getContent",
    "writer",
    "reader",
    "stat",
    "list",
    "walk",
    "move",
    "delete",
    "push",
    "pull",
    "mount",
  ]
  for (const what of [...methods, "garbage collection"]) {
    const [measured] = benchmarks.filter(({ name }) => name.startsWith(what))
    expect(first.stdout, what).toMatch(new RegExp(`^${measured?.name} +[0-9]`, "m"))
    const { low = 0, median = 0, high = 0 } = measured?.operationsPerSecond ?? {}
    expect(0 < low && low <= median && median <= high, what).toBe(true)
    const { p50 = 0, p95 = 0, p99 = 0 } = measured?.latency ?? {}
    expect(0 < p50 && p50 <= p95 && p95 <= p99, what).toBe(true)
  }
  expect(benchmarks.map(({ name }) => name)).toEqual(expect.arrayContaining(["stat", "stat ×2", "writer 1 MiB ×2"]))

  const again = await runCommand(["bench", "inmemory", ...brief, "--only", "stat", "--compare", "before.json"], { cwd: folder })
  expect(again.stdout).toMatch(/measured before\n/)
  expect(again.stdout).toMatch(/^stat\n {2}inmemory +\d.*\n {2}inmemory before +\d.*\n {2}ratio +\d/m)
})

test("two drivers are measured in turns, and nothing is left of them", { timeout: 60_000 }, async () => {
  const root = join(folder, "root")
  const commandArguments = [
    "bench",
    "inmemory",
    ...brief,
    "--only",
    "getContent",
    "--json",
    "both.json",
    "--compare",
    "filesystem",
  ]
  const { code, stdout } = await runCommand([...commandArguments, "--compare-parameter", `rootdirectory=${root}`], {
    cwd: folder,
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/measured in\s+turns with it\n/)
  expect(stdout).toMatch(/^getContent 1 KiB\n {2}inmemory +\d.*\n {2}filesystem +\d.*\n {2}ratio +\d/m)
  const { compared } = await reportIn("both.json")
  expect(Object.keys(compared?.ratios ?? {})).toEqual(compared?.benchmarks.map(({ name }) => name))
  expect(await filesIn(root)).toEqual([])
})

test("whoever interrupts it finds nothing left behind", { timeout: 60_000 }, async () => {
  const root = join(folder, "interrupted")
  const { code, stdout, stderr } = await runCommand(
    ["bench", "filesystem", "-p", `rootdirectory=${root}`, "--only", "writer 16 MiB"],
    { interruptWith: "SIGINT" },
  )
  expect(stderr).toMatch(/\nSIGINT: cleaning up.*\ninterrupted: /s)
  expect(stdout).toBe("")
  expect(code).toBe(3)
  expect(await filesIn(root)).toEqual([])
})

test("a driver that fails has no figures, and the reason is told in one line", { timeout: 60_000 }, async () => {
  const inmemory = fileURLToPath(new URL("../dist/drivers/inmemory/index.js", import.meta.url))
  const failing = `
import inmemory from ${JSON.stringify(inmemory)}
export default { ...inmemory, async open(options) {
  const storage = await inmemory.open(options)
  const stat = async () => { throw new Error("out of order") }
  return { ...storage, connect: async () => Object.assign(await storage.connect({}), { stat }) }
} }
`
  await writeFile(join(folder, "failing.mjs"), failing)
  const { code, stderr } = await runCommand(["bench", "./failing.mjs", ...brief, "--only", "stat"], { cwd: folder })
  expect(stderr).toMatch(/\nerror: \.\/failing\.mjs failed while it was measured: .*out of order[^\n]*\n$/)
  expect(code).toBe(3)
})

async function filesIn(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

describe("bad input is told in one line, with exit code 2", () => {
  test.each([
    [["bench", "inmemry"], "did you mean inmemory?"],
    [["bench", "inmemory", "--compare", "filesystm"], "did you mean filesystem?"],
    [["bench", "inmemory", "--compare", "nowhere.json"], "--compare nowhere.json cannot be read"],
    [["bench", "inmemory", "--compare", "other.json"], "--compare other.json is not what bench --json writes"],
    [["bench", "inmemory", "--compare", "other.json", "--json", "./other.json"], "would be written over"],
    [["bench", "inmemory", "--compare", "other.json", "--compare-parameter", "a=b"], "--compare-parameter is for another driver"],
    [["bench", "inmemory", "--only", "pusch"], '--only "pusch"'],
    [["bench", "inmemory", "--size", "small"], "--size"],
    [["bench", "inmemory", "--time", "0s"], "--time"],
    [["bench", "inmemory", "--json", "other.json/a.json"], "--json other.json/a.json cannot be written"],
    [["bench", "inmemory", "-p", "a=b"], "takes no parameters"],
    [["bench", "filesystem", "--target", "account"], "-p rootdirectory="],
  ] as const)("%j", async (commandArguments, what) => {
    await writeFile(join(folder, "other.json"), "{}\n")
    const { code, stdout, stderr } = await runCommand(commandArguments, { cwd: folder })
    expect(stderr).toContain(what)
    expect(stderr).toMatch(/^error: [^\n]+\n$/)
    expect(stdout).toBe("")
    expect(code).toBe(2)
  })
})

test("an account is not measured unasked, and one that does not answer is unavailable", { timeout: 60_000 }, async () => {
  const account = [
    "-p",
    "accountname=acme",
    "-p",
    "accountkey=c2VjcmV0",
    "-p",
    "container=registry",
    "-p",
    "serviceurl=http://127.0.0.1:1",
  ]
  const unasked = await runCommand(["bench", "azure", ...account, "--only", "stat"])
  expect(unasked.stderr).toMatch(/^error: azure on an Azure storage account of your own .* say --yes/)
  expect(unasked.code).toBe(2)
  const unreachable = await runCommand(["bench", "azure", ...account, "--only", "stat", "--yes"])
  expect(unreachable.stderr).toMatch(/^error: the backend of azure does not answer: [^\n]+\n$/)
  expect(unreachable.stderr).not.toContain("c2VjcmV0")
  expect(unreachable.code).toBe(3)
})
