import { existsSync } from "node:fs"
import { link, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { Timeline } from "../../suites/concurrency/explaining/timeline.ts"
import type { Failure } from "../../suites/execution/outcome.ts"
import { BadInput } from "../input/bad-input.ts"
import { jsonReport } from "./json.ts"
import { openReportFiles } from "./report-files.ts"
import type { RuleResult, RunResult } from "./result.ts"

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "report-files-"))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const result: RunResult = {
  version: "0.1.0",
  driver: { name: "acme", reference: "acme" },
  backend: "memory",
  seed: 1,
  startedAt: "2026-01-01T00:00:00.000Z",
  milliseconds: 1,
  strict: false,
  verdict: "not run",
  notes: [],
  suites: [],
}

const plain: Failure = { expected: "a", actual: "b", calls: [], totalCalls: 0, example: [], doubt: undefined }

function brokenRule(failure: Failure): RuleResult {
  return {
    ...{ id: "a/b", level: "SHOULD", statement: "", why: "", source: "", replay: "" },
    outcome: { ruleId: "a/b", checks: 1, calls: 1, milliseconds: 1, status: "failed", failure },
  }
}

test("reports are written into folders that are made for them", async () => {
  const [json, junit] = [join(folder, "a/b/report.json"), join(folder, "a/c/report.xml")]
  const reports = await openReportFiles({ json, junit })
  await reports.write(result)
  await reports.close()
  expect(jsonReport.parse(JSON.parse(await readFile(json, "utf8")))).toMatchObject({ seed: 1 })
  expect(await readFile(junit, "utf8")).toContain("<testsuites")
})

test("what an earlier run left is gone from the beginning", async () => {
  const json = join(folder, "report.json")
  await writeFile(json, '{ "verdict": "conformant" }')
  const reports = await openReportFiles({ json })
  expect(await readFile(json, "utf8")).toBe("")
  await reports.write(result)
  expect(jsonReport.parse(JSON.parse(await readFile(json, "utf8")))).toMatchObject({ verdict: "not run" })
})

test("the timelines of an earlier run are gone as well, and nothing else is", async () => {
  const json = join(folder, "report.json")
  const timeline: Timeline = { unit: "ms", before: "nothing", calls: [], order: [], stuck: undefined }
  const run = async (rule: RuleResult): Promise<void> => {
    const reports = await openReportFiles({ json })
    await reports.write({
      ...result,
      suites: [{ name: "concurrency", rules: [rule], verdict: "nonconformant", chosen: 1, total: 1 }],
    })
  }
  await writeFile(join(folder, "report.a.svg"), "another's")
  await run(brokenRule({ ...plain, timeline }))
  expect((await readdir(folder)).sort()).toEqual(["report.a.b.html", "report.a.b.svg", "report.a.svg", "report.json"])
  await run(brokenRule(plain))
  expect((await readdir(folder)).sort()).toEqual(["report.a.svg", "report.json"])
})

test("one file for both reports is refused, by whichever name", async () => {
  const file = join(folder, "report")
  await expect(openReportFiles({ json: file, junit: `${folder}/./report` })).rejects.toThrow("are the same file")
  expect(existsSync(file)).toBe(false)
  await writeFile(file, "")
  await symlink(file, join(folder, "symbolic"))
  await link(file, join(folder, "hard"))
  for (const name of ["symbolic", "hard"])
    await expect(openReportFiles({ json: file, junit: join(folder, name) })).rejects.toThrow("are the same file")
})

test("a name that cannot be written is bad input", async () => {
  await writeFile(join(folder, "file"), "")
  for (const json of [join(folder, "file/report.json"), folder]) {
    const opening = openReportFiles({ json })
    await expect(opening).rejects.toThrow(`--json ${json} cannot be written: E`)
    await expect(opening).rejects.toBeInstanceOf(BadInput)
  }
})

test.runIf(process.platform === "linux")("a folder that takes no entries does not hold up the run", async () => {
  await expect(openReportFiles({ json: "/proc/x/y" })).rejects.toThrow("--json /proc/x/y cannot be written: ENOENT")
})

test.runIf(existsSync("/dev/full"))(
  "a report that cannot be written is bad input, and keeps no other from being written",
  async () => {
    const junit = join(folder, "report.xml")
    const reports = await openReportFiles({ json: "/dev/full", junit })
    await expect(reports.write(result)).rejects.toThrow(
      new BadInput("--json /dev/full cannot be written: ENOSPC: no space left on device, write"),
    )
    await reports.close()
    expect(await readFile(junit, "utf8")).toContain("<testsuites")
  },
)

test("a broken SHOULD is no failure in JUnit, and says that it is a warning", async () => {
  const junit = join(folder, "report.xml")
  const rule = brokenRule(plain)
  const reports = await openReportFiles({ junit })
  await reports.write({ ...result, suites: [{ name: "contract", rules: [rule], verdict: "conformant", chosen: 1, total: 1 }] })
  const xml = await readFile(junit, "utf8")
  expect(xml).not.toContain("<failure")
  expect(xml).toContain("A warning, which --strict counts as a failure.")
})
