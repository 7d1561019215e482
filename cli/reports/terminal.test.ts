import { stripVTControlCharacters } from "node:util"
import { assert, constantFrom, oneof, property, string } from "fast-check"
import { XMLValidator } from "fast-xml-parser"
import { expect, test } from "vitest"
import type { Failure, RuleOutcome } from "../../suites/execution/outcome.ts"
import { jsonReport, renderJson } from "./json.ts"
import { renderJUnit } from "./junit.ts"
import type { RuleResult, RunResult } from "./result.ts"
import { renderReport } from "./terminal.ts"

const call = (method: string, outcome: string, instance = 1) => ({
  instance,
  method,
  arguments: ['"/docker/registry/v2"'],
  outcome,
})

const failure: Failure = {
  expected: 'PathNotFoundError for "/docker/registry/v2/repositories/alpine/_manifests/tags"',
  actual: "success",
  calls: [call("putContent", "ok"), call("stat", 'file "/docker/registry/v2" of 8 bytes', 2)],
  totalCalls: 2,
  example: ['path: "/docker"'],
  doubt: undefined,
}

function rule(id: string, outcome: RuleOutcome, more: Partial<RuleResult> = {}): RuleResult {
  return {
    id,
    level: "MUST",
    statement: "After a move nothing is left at the source.",
    why: "What stays behind is paid for, and looks like an upload that goes on for as long as nobody looks at it.",
    source: "storagedriver.go, Move; testsuites.go, TestMove",
    replay: `npx storage-driver-conformance certify azure --rule ${id} --seed 1`,
    outcome,
    ...more,
  }
}

const counted = { ruleId: "a/b", checks: 3, calls: 12, milliseconds: 34 }

const run: RunResult = {
  version: "0.1.0",
  driver: { name: "acme", reference: "./my-driver.ts" },
  backend: "Azurite 3.37.0, embedded, in memory",
  seed: 1,
  startedAt: "2026-01-01T00:00:00.000Z",
  milliseconds: 1_234,
  strict: false,
  verdict: "nonconformant",
  notes: ["/conformance-1 could not be deleted"],
  suites: [
    {
      name: "contract",
      verdict: "nonconformant",
      chosen: 7,
      total: 7,
      rules: [
        rule("move/broken", { ...counted, status: "failed", failure }),
        rule("move/warning", { ...counted, status: "failed", failure }, { level: "SHOULD" }),
        rule(
          "move/known",
          { ...counted, status: "failed", failure },
          { knownFailure: { rule: "", reason: "issue 12", sometimes: false } },
        ),
        rule(
          "move/stale",
          { ...counted, status: "passed" },
          { knownFailure: { rule: "", reason: "issue 13", sometimes: false } },
        ),
        rule("move/set-up", { ...counted, status: "set-up-failed", failure }),
        rule("move/kept", { ...counted, status: "passed" }),
        rule("move/not-run", { ...counted, status: "not-run", reason: "the driver declares no redirect URLs" }),
      ],
    },
  ],
}

const plain = { columns: 80, colour: false, verbose: false }

test("each way in which a rule can stand is told in words", () => {
  const text = renderReport(run, plain)
  expect(text).toContain("move/broken  MUST broken")
  expect(text).toContain("move/warning  SHOULD broken (a warning)")
  expect(text).toContain("move/known  MUST broken, as known: issue 12")
  expect(text).toContain("move/stale  kept now, though listed as a known failure")
  expect(text).toContain("move/set-up  MUST, not judged: its set-up failed")
  const words = text.replaceAll(/\s+/g, " ")
  expect(words).toContain("MUST 1 kept, 1 broken, 1 known to be broken, 1 kept, but listed as broken, 1 not judged, 1 not run")
  expect(text).toContain("MUST move/not-run: not run: the driver declares no redirect URLs")
  expect(text).toContain("contract: NONCONFORMANT")
})

test("fits 80 columns, but for the command that is to be copied", () => {
  const long = renderReport(run, plain)
    .split("\n")
    .filter((line) => line.length > 80 && !line.startsWith("  again"))
  expect(long).toEqual([])
})

test("colour adds nothing that words do not say", () => {
  expect(stripVTControlCharacters(renderReport(run, { ...plain, colour: true }))).toBe(renderReport(run, plain))
})

test.each([
  [300, "280 calls left out", /> 300 {2}call300/],
  [1_026, "1,006 calls left out", /> 1026 {2}call400/],
])("a case of %i calls is cut in the middle, the call that diverged stays", (totalCalls, leftOut, diverged) => {
  const calls = Array.from({ length: Math.min(totalCalls, 400) }, (_, index) => call(`call${index + 1}`, "ok"))
  const [first] = run.suites
  const outcome = { ...counted, status: "failed", failure: { ...failure, calls, totalCalls } } as const
  const suites = [
    { name: "contract", verdict: "nonconformant", chosen: 1, total: 1, rules: [rule("move/long", outcome)] },
  ] as const
  const text = renderReport({ ...run, suites }, plain)
  expect(first).toBeDefined()
  expect(text).toContain(leftOut)
  expect(text).toMatch(diverged)
  expect(text.split("\n").length).toBeLessThan(60)
})

test("what broke before the backend went away is unconfirmed", () => {
  expect(renderReport({ ...run, verdict: "inconclusive" }, plain)).toContain(
    "MUST broken, unconfirmed: the backend went away later",
  )
})

test("JUnit tells failures, errors and what was skipped apart", () => {
  const xml = renderJUnit(run)
  expect(xml).toMatch(/tests="7" failures="2" errors="1" skipped="2"/)
})

test("the verdict on a part of the rules says so in every report", () => {
  const suites = run.suites.map((suite) => ({ ...suite, total: 1_097 }))
  expect(renderReport({ ...run, suites }, plain)).toContain("\ncontract (7 of 1,097 rules): NONCONFORMANT\n")
  expect(renderReport(run, plain)).toContain("\ncontract: NONCONFORMANT\n")
  expect(renderJUnit({ ...run, suites })).toContain('<property name="rules" value="7 of 1097"/>')
  expect(jsonReport.parse(JSON.parse(renderJson({ ...run, suites }))).suites).toMatchObject([{ chosen: 7, total: 1_097 }])
})

const foreign = string({
  unit: oneof(
    string({ unit: "binary", minLength: 1, maxLength: 1 }),
    constantFrom("\u001b[2J", "\r", "\n", "\u202e", "\u0085", "\ud800"),
  ),
  maxLength: 20,
})

test("whatever a driver says, each of its characters is seen, and none of its lines passes for one of the report's", () => {
  assert(
    property(foreign, (text) => {
      const said = `${text}\ncontract: CONFORMANT`
      const told: Failure = {
        ...failure,
        expected: said,
        actual: said,
        example: [said],
        calls: [{ instance: 1, method: said, arguments: [said], outcome: said }],
      }
      const rules = [
        rule("move/broken", { ...counted, status: "failed", failure: told }, { replay: said }),
        rule("move/open", { ...counted, status: "inconclusive", because: "backend-gone", reason: said }),
        rule(
          "move/known",
          { ...counted, status: "failed", failure },
          { knownFailure: { rule: "", reason: said, sometimes: true } },
        ),
      ]
      const suites = run.suites.map((suite) => ({ ...suite, rules }))
      const result = { ...run, driver: { name: said, reference: said }, backend: said, endedEarly: said, notes: [said], suites }
      const [shown, xml] = [renderReport(result, { ...plain, verbose: true }), renderJUnit(result)]
      for (const report of [shown, xml]) expect(report).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      expect(shown).not.toMatch(/^contract: CONFORMANT/m)
      expect(XMLValidator.validate(xml)).toBe(true)
    }),
  )
})

test("what cannot be seen is told by its code point", () => {
  const told = { ...failure, actual: "\u001b[31m/a\u202eb\nsecond line" }
  const suites = run.suites.map((suite) => ({
    ...suite,
    rules: [rule("move/a", { ...counted, status: "failed", failure: told })],
  }))
  const text = renderReport({ ...run, suites }, plain)
  expect(text).toContain("got      \\u{1b}[31m/a\\u{202e}b\n           second line\n")
})

test("a defect of the suite is told in a line; its stack is in the JSON, in the JUnit, and in the terminal for who asks for it", () => {
  const reason = "a defect of the suite, please report it: Error: an\nerror\n    at one (a.ts:1:2)\n    at two (b.ts:3:4)"
  const rules = [rule("move/a", { ...counted, status: "inconclusive", because: "suite-defect", reason })]
  const result = { ...run, suites: run.suites.map((suite) => ({ ...suite, rules })) }
  const wide = { ...plain, columns: 200 }
  expect(renderReport(result, wide)).toContain(
    "\n  MUST move/a: not judged: a defect of the suite, please report it: Error: an error\n",
  )
  expect(renderReport(result, wide)).not.toContain("at one")
  expect(renderReport(result, { ...wide, verbose: true })).toContain(
    "\n  stack    at one (a.ts:1:2)\n           at two (b.ts:3:4)\n",
  )
  expect(renderJUnit(result)).toMatch(/message="[^"\n]*an error" type="inconclusive">\s*at one/)
  expect(jsonReport.parse(JSON.parse(renderJson(result))).suites[0]?.rules[0]?.outcome).toMatchObject({ reason })
})
