import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { XMLValidator } from "fast-xml-parser"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { jsonReport } from "./reports/json.ts"
import { runCommand } from "./test-command.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "certify-"))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

/** A module in the test's folder whose driver is the in-memory one with one bug. */
async function knownBadModule(subject: string, id: string): Promise<string> {
  const path = join(folder, `${id}.ts`)
  const source = JSON.stringify(join(root, `fixtures/mutants/${subject}-mutants.ts`))
  await writeFile(
    path,
    `import { mutants } from ${source}\nexport default mutants.find(({ id }) => id === ${JSON.stringify(id)})?.module\n`,
  )
  return path
}

async function readReport(path: string): Promise<ReturnType<typeof jsonReport.parse>> {
  return jsonReport.parse(JSON.parse(await readFile(path, "utf8")))
}

describe("output that nobody takes", () => {
  test("a pipe that is closed early does not end the run, whose verdict stands", async () => {
    expect(await runCommand(["certify", "inmemory", "--rule", "move/*"], { closeOutputs: true })).toMatchObject({ code: 0 })
  })
})

describe("verdicts", () => {
  test("a driver that keeps every rule is conformant: exit code 0", async () => {
    const { code, stdout, stderr } = await runCommand(["certify", "inmemory", "--strict"])
    expect(stdout).toContain("contract: CONFORMANT")
    expect(stdout).not.toContain("broken")
    expect(stderr).toMatch(/^kept {4}content\/round-trip \d+ ms$/m)
    expect(code).toBe(0)
  }, 60_000) // All rules: six seconds on an idle machine.

  test("a broken MUST makes it nonconformant, with the calls that show it and how to run it again", async () => {
    const driver = await knownBadModule("move", "move-leaves-the-source")
    const { code, stdout } = await runCommand(["certify", driver, "--rule", "move/*", "--seed", "7"])
    expect(code).toBe(1)
    expect(stdout).toContain("move/removes-the-source  MUST broken")
    expect(stdout).toMatch(/move\("\/a", "\/b"\) +ok/)
    expect(stdout).toMatch(/expected PathNotFoundError for "\/a"/)
    expect(stdout).toContain(`npx storage-driver-conformance certify ${driver} --rule move/removes-the-source --seed 7`)
    expect(stdout).toMatch(/^contract \(\d+ of \d+ rules\): NONCONFORMANT$/m)
  })

  test("a broken SHOULD is told and exits with 0, and with --strict with 1", async () => {
    const driver = await knownBadModule("walk", "walk-of-missing-reports-nothing")
    const lenient = await runCommand(["certify", driver, "--rule", "walk/missing-is-path-not-found"])
    expect(lenient.stdout).toContain("walk/missing-is-path-not-found  SHOULD broken (a warning)")
    expect(lenient.code).toBe(0)
    const strict = await runCommand(["certify", driver, "--rule", "walk/missing-is-path-not-found", "--strict"])
    expect(strict.code).toBe(1)
  })

  test.each([
    ["empty", 1],
    ["undefined", 1],
    ["throwing", 1],
    ["silent", 3],
    ["blocking", 1],
    ["unreachable", 3],
  ] as const)("a driver that is useless, %s, passes no rule: exit code %i", { timeout: 180_000 }, async (name, expected) => {
    const json = join(folder, `${name}.json`)
    const module = join(root, "fixtures/mutants/useless", `${name}.ts`)
    const { code } = await runCommand(["certify", module, "--timeout", "500ms", "--json", json])
    expect(code).toBe(expected)
    const { suites } = await readReport(json)
    expect(suites.flatMap(({ rules }) => rules).filter(({ outcome }) => outcome.status === "passed")).toEqual([])
  })

  test("a driver that ends its process in every call passes no rule: exit code 1", { timeout: 60_000 }, async () => {
    const json = join(folder, "exiting.json")
    // Not all rules: each costs a new process for every call that it makes.
    const rules = ["--rule", "{content,move,stat}/*"]
    const { code } = await runCommand(["certify", join(root, "fixtures/mutants/useless/exiting.ts"), ...rules, "--json", json])
    expect(code).toBe(1)
    const { suites } = await readReport(json)
    expect(suites.flatMap(({ rules }) => rules).filter(({ outcome }) => outcome.status === "passed")).toEqual([])
  })

  test("a driver that hangs while its target is well is broken, and the call is named", async () => {
    const path = join(folder, "hangs.mjs")
    await writeFile(
      path,
      `const hang = () => new Promise(() => {})
       const names = ["getContent", "putContent", "reader", "writer", "stat", "list", "move", "delete", "redirectURL", "walk"]
       const driver = { name: "hangs", ...Object.fromEntries(names.map((name) => [name, hang])) }
       const started = { description: "a target that is well", parameters: {}, healthCheck: async () => {}, stop: async () => {} }
       export default {
         name: "hangs",
         target: { name: "well", provides: [], start: async () => started },
         open: async () => ({ connect: async () => driver, close: async () => {} }),
       }`,
    )
    const { code, stdout } = await runCommand(["certify", path, "--timeout", "300ms", "--rule", "move/*"])
    expect(stdout).toContain("expected putContent to settle")
    expect(stdout).toContain("calls hung in 3 rules before")
    expect(code).toBe(3) // all three hung in their set-up, so no rule is shown to be broken
  })
})

test.each([
  ["{ name: 'bare' }", "an object of class Object"],
  ["undefined", "undefined"],
  ["{ ...Object.fromEntries(names.map((name) => [name, async () => {}])), name: 'bare' }", "one without redirectURL, walk"],
])("a connect() that gives no driver is bad input, told once: %s", async (driver, what) => {
  const path = join(folder, "bare.mjs")
  await writeFile(
    path,
    `const names = ["getContent", "putContent", "reader", "writer", "stat", "list", "move", "delete"]
     export default { name: "bare", open: async () => ({ connect: async () => (${driver}), close: async () => {} }) }`,
  )
  const { code, stdout, stderr } = await runCommand(["certify", path])
  expect(stderr).toContain(`the driver bare did not open: connect() gave ${what}: a driver has all methods`)
  expect(stdout).toBe("")
  expect(code).toBe(2)
})

test("when the time for the run is over the rest is not judged: exit code 3", async () => {
  const { code, stdout } = await runCommand(["certify", "filesystem", "--deadline", "1500ms"])
  expect(stdout).toContain("early: time ran out")
  expect(stdout).toContain("contract: INCONCLUSIVE")
  expect(code).toBe(3)
})

describe("known failures", () => {
  test("a rule that is listed does not count, one that is kept now does, unless marked sometimes", {
    timeout: 60_000,
  }, async () => {
    const driver = await knownBadModule("move", "move-leaves-the-source")
    const list = join(folder, "known.yml")
    const certify = async (text: string): Promise<number | null> => {
      await writeFile(list, text)
      const rules = "move/{removes-the-source,content-arrives}"
      return (await runCommand(["certify", driver, "--rule", rules, "--known-failures", list])).code
    }
    expect(await certify("- { rule: move/removes-the-source, reason: issue 12 }")).toBe(0)
    const stale = "- { rule: move/removes-the-source, reason: issue 12 }\n- { rule: move/content-arrives, reason: issue 13"
    expect(await certify(`${stale} }`)).toBe(1)
    expect(await certify(`${stale}, sometimes: true }`)).toBe(0)
    expect(await certify("- { rule: move/removes-the-sauce, reason: issue 12 }")).toBe(2)
  })

  test("a list in which nothing stands any more is one of none", async () => {
    const list = join(folder, "no-more.yml")
    await writeFile(list, "# none any more\n")
    const { code, stderr } = await runCommand(["certify", "inmemory", "--rule", "move/content-arrives", "--known-failures", list])
    expect(stderr).not.toContain("error:")
    expect(code).toBe(0)
  })
})

describe("reports", () => {
  test("JSON keeps to its schema and JUnit is well-formed, whatever the bytes under test", async () => {
    const driver = await knownBadModule("paths", "invalid-is-not-found")
    const [json, junit] = [join(folder, "deep/report.json"), join(folder, "deep/report.xml")]
    const { code } = await runCommand(["certify", driver, "--rule", "paths/*", "--json", json, "--junit", junit])
    expect(code).toBe(1)
    const report = await readReport(json)
    expect(report).toMatchObject({ verdict: "nonconformant", driver: { name: "inmemory" } })
    const xml = await readFile(junit, "utf8")
    expect(XMLValidator.validate(xml)).toBe(true)
    expect(xml).toMatch(/<testcase name="paths\/invalid-are-refused" classname="paths"[^>]*>\s*<failure/)
  })
})

test.runIf(existsSync("/dev/full"))("a report that cannot be written takes nothing from the verdict: exit code 2", async () => {
  const { code, stdout, stderr } = await runCommand(["certify", "inmemory", "--rule", "move", "--json", "/dev/full"])
  expect(stdout).toMatch(/^contract \(\d+ of \d+ rules\): CONFORMANT$/m)
  expect(stderr).toMatch(/^error: --json \/dev\/full cannot be written: .+\n$/m)
  expect(code).toBe(2)
})

describe("Vitest's own options", () => {
  test("shards share the rules out, tags filter them, reporters report", { timeout: 120_000 }, async () => {
    const ids = async (...passed: string[]): Promise<readonly string[]> => {
      const json = join(folder, "shard.json")
      await runCommand(["certify", "inmemory", "--rule", "{move,list}", "--json", json, "--", ...passed])
      return (await readReport(json)).suites.flatMap(({ rules }) => rules.map(({ id }) => id))
    }
    const [first, second, all] = [await ids("--shard=1/2"), await ids("--shard=2/2"), await ids()]
    expect([...first, ...second].sort()).toEqual([...all].sort())
    expect(first.length).toBeGreaterThan(0)
    expect(second.length).toBeGreaterThan(0)
    const tagged = await ids("--tags-filter=SHOULD")
    expect(tagged.length).toBeGreaterThan(0)
    expect(tagged.length).toBeLessThan(all.length)
    const { stdout } = await runCommand(["certify", "inmemory", "--rule", "content/round-trip", "--", "--reporter=tap"])
    expect(stdout).toContain("TAP version")
  })

  test("a configuration of Vitest's in the user's folder is not looked at", async () => {
    const project = join(folder, "project")
    await mkdir(project)
    await writeFile(join(project, "vitest.config.ts"), 'throw new Error("this configuration was loaded")\n')
    const { code } = await runCommand(["certify", "inmemory", "--rule", "content/round-trip"], { cwd: project })
    expect(code).toBe(0)
  })
})

describe("a storage in use", () => {
  test("is left as it was, also after broken rules", { timeout: 120_000 }, async () => {
    const storage = join(folder, "in-use")
    await mkdir(join(storage, "docker"), { recursive: true })
    await writeFile(join(storage, "docker/file"), "in use")
    const { code, stdout } = await runCommand(["certify", "filesystem", "-p", `rootdirectory=${storage}`])
    expect(code).toBe(0)
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("not run: it makes calls that could touch what is not the run's")
    expect((await readdir(storage)).filter((name) => !name.startsWith("~"))).toEqual(["docker"])
    expect(await filesBelow(storage)).toEqual(["docker/file"])
  })

  test("is left as it was when the driver dies in the middle of uploads", { timeout: 120_000 }, async () => {
    const storage = join(folder, "died")
    await mkdir(storage)
    const path = join(folder, "dies.mjs")
    await writeFile(
      path,
      `import filesystem from ${JSON.stringify(join(root, "dist/drivers/filesystem/index.js"))}
       const dying = (driver) => new Proxy(driver, { get: (target, name) => {
         if (name !== "writer") return typeof target[name] === "function" ? target[name].bind(target) : target[name]
         return async (path, options) => {
           const writer = await target.writer(path, options)
           return options?.append === true ? writer : { ...writer, write: async (chunk) => {
             await writer.write(chunk)
             process.exit(7)
           } , close: () => writer.close(), cancel: () => writer.cancel(), commit: () => writer.commit(), get size() { return writer.size } }
         }
       } })
       export default { ...filesystem, open: async (options) => {
         const opened = await filesystem.open(options)
         return { ...opened, connect: async () => dying(await opened.connect()), close: () => opened.close() }
       } }`,
    )
    const { code, stdout } = await runCommand(["certify", path, "-p", `rootdirectory=${storage}`, "--rule", "writer/*"])
    expect(code).toBe(1)
    expect(stdout).toContain("ended with exit code 7 in writer of")
    expect(await filesBelow(storage)).toEqual([])
  })

  test.each(["SIGINT", "SIGTERM"] as const)("is left as it was after %s", async (signal) => {
    const storage = join(folder, `interrupted-${signal}`)
    await mkdir(storage)
    const { code, stdout } = await runCommand(["certify", "filesystem", "-p", `rootdirectory=${storage}`], {
      interruptWith: signal,
    })
    expect(stdout).toContain(`interrupted by ${signal}`)
    expect(code).toBe(3)
    expect(await filesBelow(storage)).toEqual([])
  })
})

/** Files below a folder, uploads and temporary files of the driver included. */
async function filesBelow(storage: string): Promise<readonly string[]> {
  const entries = await readdir(storage, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(storage.length + 1))
}
