import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { runCommand } from "./test-command.ts"

let folder: string
const inmemory = fileURLToPath(new URL("../dist/drivers/inmemory/index.js", import.meta.url))

/** A driver that forgets to tell stat of what a move has put there. */
const forgetful = `
import inmemory from ${JSON.stringify(inmemory)}
const sizes = new Map()
export default { ...inmemory, name: "forgetful", async open(options) {
  const storage = await inmemory.open(options)
  return { ...storage, connect: async () => {
    const driver = await storage.connect({})
    return new Proxy(driver, { get(target, property) {
      if (property === "stat") return async (path, options) => {
        const info = await target.stat(path, options)
        if (!sizes.has(path)) sizes.set(path, info.size)
        return { ...info, size: sizes.get(path) }
      }
      const value = target[property]
      if (typeof value !== "function") return value
      if (property !== "move") return (...args) => { if (property !== "getContent") sizes.clear(); return value.apply(target, args) }
      return (source, destination, options) => { sizes.delete(source); return target.move(source, destination, options) }
    } })
  } }
} }
`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-test-"))
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  await writeFile(join(folder, "forgetful.js"), forgetful)
})

afterAll(() => rm(folder, { recursive: true }))

test("what failed is saved, told with a command that replays it, and run first next time", { timeout: 60_000 }, async () => {
  const first = await runCommand(["certify", "./forgetful.js", "--rule", "sequences/of-files", "--seed", "1"], { cwd: folder })
  expect(first.code).toBe(1)
  expect(first.stdout).toMatch(/^move\/content-arrives {2}MUST broken$/m)
  expect(first.stdout).toMatch(/found by sequences\/of-files/)
  expect(first.stdout).toMatch(/fails +every time/)
  const saved = join(folder, ".storage-driver-conformance/forgetful.js.yml")
  expect(await readFile(saved, "utf8")).toMatch(/^- rule: sequences\/of-files\n {2}breaks: move\/content-arrives\n/m)
  const token = /again +npx storage-driver-conformance replay (s1\.[A-Za-z0-9_-]+)/.exec(first.stdout)?.[1] ?? ""

  const byToken = await runCommand(["replay", token], { cwd: folder })
  expect(byToken.stdout).toMatch(/^replay: NONCONFORMANT$/m)
  expect(byToken.code).toBe(1)
  const byFile = await runCommand(["replay", saved, "--driver", "inmemory"], { cwd: folder })
  expect(byFile.stdout).toMatch(/^replay: CONFORMANT$/m)
  expect(byFile.code).toBe(0)

  const before = await readFile(saved, "utf8")
  const json = join(folder, "again.json")
  const again = await runCommand(["certify", "./forgetful.js", "--rule", "sequences/of-files", "--seed", "2", "--json", json], {
    cwd: folder,
  })
  expect(again.code).toBe(1)
  expect(await readFile(saved, "utf8")).toBe(before)
  const outcome = JSON.parse(await readFile(json, "utf8")).suites[0].rules[0]
  expect(outcome.breaks.id).toBe("move/content-arrives")
  expect(outcome.outcome.explored, "nothing else was explored").toBeUndefined()
})

describe("bad input is told in one line, with exit code 2", () => {
  test.each([
    [["replay", "s1.abc"], "the token is damaged"],
    [["replay", "nowhere.yml"], "there is no file nowhere.yml, and a token begins with s1."],
    [["replay", "empty.yml"], "empty.yml holds no sequences"],
    [["replay", "calls.yml"], 'calls.yml: 1 calls 2: "moove" is no call of a sequence'],
    [["certify", "inmemory", "--regressions", "calls.yml"], 'calls.yml: 1 calls 2: "moove" is no call of a sequence'],
    [["replay", "nobody.yml"], "names no driver"],
    [["replay", "rule.yml"], 'there is no rule "move/nothing"'],
    [["certify", "inmemory", "--runs", "0"], "--runs"],
    [["certify", "inmemory", "--budget", "soon"], "--budget"],
  ])("%j", async (commandArguments, what) => {
    await writeFile(join(folder, "empty.yml"), "# none\n")
    await writeFile(join(folder, "calls.yml"), "- rule: sequences/of-files\n  calls: [stat /a, moove /a /b]\n")
    await writeFile(join(folder, "nobody.yml"), "- rule: sequences/of-files\n  calls: [stat /a]\n")
    await writeFile(join(folder, "rule.yml"), "- rule: move/nothing\n  driver: inmemory\n  calls: [stat /a]\n")
    const { code, stdout, stderr } = await runCommand(commandArguments, { cwd: folder })
    expect(stderr).toContain(what)
    expect(stderr).toMatch(/^error: [^\n]+\n$/)
    expect(stdout).toBe("")
    expect(code).toBe(2)
  })
})

test("a budget ends the exploring, and too little of it is inconclusive", { timeout: 60_000 }, async () => {
  const { code, stdout } = await runCommand(["certify", "inmemory", "--rule", "sequences/of-files", "--budget", "30ms"], {
    cwd: folder,
  })
  expect(stdout).toMatch(/not judged: \d+ of at least 240 sequences were run, and none fails/)
  expect(code).toBe(3)
})

test("what a driver failed in sequences is nothing to other suites and other rules", { timeout: 60_000 }, async () => {
  const saved = join(folder, "saved.yml")
  await writeFile(saved, "- rule: sequences/of-files\n  calls: [stat /a]\n")
  const others = [
    ["--suite", "concurrency", "--rule", "concurrent-deletes"],
    ["--rule", "move/removes-the-source"],
  ]
  for (const chosen of others) {
    const { code, stderr } = await runCommand(["certify", "inmemory", "--regressions", saved, ...chosen], { cwd: folder })
    expect(stderr).not.toContain("error:")
    expect(code).toBe(0)
  }
})
