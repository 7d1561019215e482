import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { runCommand } from "./test-command.ts"

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bad-input-"))
  await writeFile(join(folder, "empty.mjs"), "export const a = 1\n")
  await writeFile(join(folder, "broken.ts"), "export default {{\n")
  await writeFile(join(folder, "throws.mjs"), 'throw new Error("cannot be imported")\n')
  await writeFile(join(folder, "exits-in-open.mjs"), 'export default { name: "exits", open: async () => process.exit(3) }\n')
  await writeFile(join(folder, "exits.mjs"), "process.exit(3)\n")
  await writeFile(join(folder, "waits.ts"), "await Promise.resolve()\nexport default {}\n")
  await writeFile(join(folder, "wrong.mjs"), 'export default { name: "Wrong Name", open: async () => {} }\n')
  await writeFile(join(folder, "notes.txt"), "no module\n")
  await writeFile(join(folder, "broken.yml"), "storage: {\n")
  await writeFile(join(folder, "other.yml"), "version: 0.1\nstorage:\n  s3: { bucket: a }\n  delete: { enabled: true }\n")
  await writeFile(join(folder, "none.yml"), "version: 0.1\n")
  await writeFile(join(folder, "bad-known.yml"), "- { rule: move/removes-the-source }\n")
  await writeFile(join(folder, "names-only.yml"), "- move/removes-the-source\n")
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

const account = ["--target", "account", "-p", "accountname=acme", "-p", "container=registry"]

describe("bad input is told in one line, with exit code 2", () => {
  test.each([
    [["certify", "inmemry"], 'unknown driver "inmemry"', "did you mean inmemory?"],
    [["certify", "./missing.ts"], "there is no file ./missing.ts", ""],
    [["certify", "./notes.txt"], "./notes.txt", "must end in"],
    [["certify", "./empty.mjs"], "./empty.mjs has no driver in it", "export default"],
    [["certify", "./broken.ts"], "./broken.ts cannot be loaded", "broken.ts:1:16: ERROR"],
    [["certify", "./waits.ts"], "./waits.ts cannot be loaded", 'name it .mts, or put "type": "module" into its package.json'],
    [["certify", "./throws.mjs"], "./throws.mjs cannot be loaded: cannot be imported", ""],
    [["certify", "./exits.mjs"], "./exits.mjs cannot be used", "exit code 3"],
    [["certify", "./exits-in-open.mjs"], "the driver exits did not open", "exit code 3"],
    [["certify", "./wrong.mjs"], './wrong.mjs: "name" must be lower-case letters', ""],
    [["certify", "inmemory", "--suite", "contrat"], "contrat", "contract"],
    [
      ["certify", "inmemory", "--rule", "move/removes-the-sauce"],
      'no rule matches "move/removes-the-sauce"',
      "move/removes-the-source",
    ],
    [["certify", "inmemory", "--seed", "abc"], "--seed", "whole number"],
    [["certify", "inmemory", "--timeout", "10"], "--timeout", "duration"],
    [["certify", "filesystem", "--processes", "2"], "--processes is about the clients of --suite concurrency", ""],
    [
      ["certify", "azure", "--suite", "concurrency", "--processes", "2", "--order-requests"],
      "--order-requests decides an order",
      "without --processes",
    ],
    [["certify", "filesystem", "--suite", "concurrency", "--order-requests"], "--order-requests holds requests", "such a URL"],
    [["certify", "inmemory", "-p", "a=b"], "takes no parameters", '"a"'],
    [["certify", "filesystem", "-p", "rootdirectory"], "-p takes key=value", ""],
    [["certify", "-p", "accountkey", "not base64!", "filesystem"], "-p takes key=value", ""],
    [["certify", "azure", "--accountkey=not base64!"], "unknown option '--accountkey=…'", ""],
    [["certify", "azure", "-p", "not base64!="], "no parameter of that name (not shown", ""],
    [["certify", "./two\nlines.ts"], "there is no file ./two lines.ts", ""],
    [["certify", "inmemory", "--seed", "two\nlines"], "--seed", "two lines"],
    [["certify", "inmemory", "--timeout", "25h"], "--timeout", "24h at most"],
    [["certify", "inmemory", "--deadline", "24h1ms"], "--deadline", "24h at most"],
    [["certify", "inmemory", "--rule", "moove"], 'no rule matches "moove"', "did you mean move?"],
    [["certify", "inmemory", "--json", "report", "--junit", "./report"], "are the same file", ""],
    [["certify", "inmemory", "--", "--retry=3"], "Vitest's --retry is not for rules", ""],
    [["certify", "inmemory", "--", "--repeats=3"], "Vitest's --repeats is not for rules", ""],
    [["certify", "filesystem", "-p", "rotdirectory=/tmp"], 'no parameter "rotdirectory"', 'did you mean "rootdirectory"?'],
    [["certify", "filesystem", "--target", "account"], "rootdirectory", "-p rootdirectory="],
    [["certify", "filesystem", "-p", "maxthreads=many"], "maxthreads", ""],
    [["certify", "inmemory", "--target", "embedded"], "names no backend", ""],
    [["certify", "inmemory", "--target", "account"], "--target account is for a storage outside of the process", "leave it out"],
    [
      ["certify", "inmemory", "--suite", "concurrency", "--processes", "2"],
      "--processes is for a storage outside of the process",
      "leave it out",
    ],
    [["certify", "azure", ...account, "-p", "accountkey=not base64!"], 'azure refuses the parameter "accountkey"', "base64"],
    [["certify", "azure", ...account], "accountkey", "-p accountkey="],
    [["certify", "azure", "--config", "missing.yml"], "missing.yml cannot be read", ""],
    [["certify", "azure", "--config", "broken.yml"], "broken.yml is no YAML", "at line 2, column 1"],
    [["certify", "azure", "--config", "other.yml"], "is for s3", "azure"],
    [["certify", "azure", "--config", "none.yml"], 'has no "storage" section', ""],
    [["certify", "inmemory", "--known-failures", "bad-known.yml"], 'entry 1: "reason" must say why', ""],
    [["certify", "inmemory", "--known-failures", "names-only.yml"], "entry 1: must be { rule, reason }", ""],
    [["certify", "inmemory", "--known-failures", "missing.yml"], "missing.yml cannot be read", ""],
    [["certify", "inmemory", "--json", "notes.txt/report.json"], "--json notes.txt/report.json cannot be written", ""],
    [["certify", "inmemory", "--suite", "scale", "--size", "5 parsecs"], "--size", "500MiB"],
    [["certify", "inmemory", "--suite", "scale", "--entries", "1e9"], "--entries", "from 10 to 1,000,000"],
    [["certify", "inmemory", "--size", "large"], "--size is about what --suite scale stores", ""],
    [["certify", "inmemory", "--suite", "concurrency", "--entries", "20"], "--entries is about what --suite scale stores", ""],
    [["certify", "inmemory", "--concurrency", "0"], "--concurrency", "from 1 to 64"],
    [["certify", "inmemory", "--", "--reportr=tap"], "Vitest has no option --reportr", "did you mean --reporter?"],
    [["certify", "inmemory", "--", "--shard=9"], 'Vitest does not take "--shard=9"', ""],
    [["certify", "inmemory", "--", "--reporter=none-such"], 'Vitest does not take "--reporter=none-such"', ""],
    [["certify", "inmemory", "--", "--tags-filter=NONE"], 'Vitest does not take "--tags-filter=NONE"', ""],
    [["certify", "inmemory", "--", "move"], "Vitest's options only", "--rule"],
    [["certify"], "driver", ""],
    [["certfy", "inmemory"], "certfy", "certify"],
    [["rules", "move/removes-the-sauce"], 'there is no rule "move/removes-the-sauce"', "move/removes-the-source"],
    [["rules", "move"], 'there is no rule "move"', "without an id"],
  ] as const)("%j", async (commandArguments, what, hint) => {
    const { code, stdout, stderr } = await runCommand(commandArguments, { cwd: folder })
    expect(stderr).toContain(what)
    expect(stderr).toContain(hint)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(stderr).toMatch(/^error: [^\n]+\n$/)
    expect(stderr).not.toContain("not base64!")
    expect(stdout).toBe("")
    expect(code).toBe(2)
  })
})

test("help and version exit with 0", async () => {
  expect(await runCommand(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  expect(await runCommand(["certify", "--help"])).toMatchObject({ code: 0, stdout: expect.stringContaining("Examples:") })
  const { stdout: overview } = await runCommand(["--help"])
  expect(overview.split("\n").filter((line) => line.length > 80)).toEqual([])
  for (const command of ["certify", "replay", "bench"]) {
    const { stdout } = await runCommand([command, "--help"])
    expect(stdout.replaceAll(/\s+/g, " ")).not.toMatch(/\(default: (\{|\[|\d{3,})/)
  }
  expect(await runCommand(["rules", "move/removes-the-source"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("MUST"),
  })
})
