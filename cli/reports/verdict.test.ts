import { assert, constantFrom, property, uniqueArray } from "fast-check"
import { describe, expect, test } from "vitest"
import type { Failure, RuleOutcome } from "../../suites/execution/outcome.ts"
import type { Level } from "../../suites/rule.ts"
import type { RuleResult } from "./result.ts"
import { exitCodeOf, standingOf, verdictOf } from "./verdict.ts"

const counted = { ruleId: "a/b", checks: 1, calls: 1, milliseconds: 1 }
const failure: Failure = { expected: "a", actual: "b", calls: [], totalCalls: 0, example: [], doubt: undefined }
const outcomes = {
  passed: { ...counted, status: "passed" },
  failed: { ...counted, status: "failed", failure },
  "set-up-failed": { ...counted, status: "set-up-failed", failure },
  stopped: { ...counted, status: "inconclusive", because: "stopped", reason: "time ran out" },
  "not-run": { ...counted, status: "not-run", reason: "no URLs" },
} as const satisfies Readonly<Record<string, RuleOutcome>>

type Name = keyof typeof outcomes

function result(level: Level, name: Name, known?: "always" | "sometimes"): RuleResult {
  const knownFailure =
    known === undefined ? {} : { knownFailure: { rule: "a/b", reason: "issue 1", sometimes: known === "sometimes" } }
  return { id: "a/b", level, statement: "", why: "", source: "", replay: "", outcome: outcomes[name], ...knownFailure }
}

describe("the verdict", () => {
  test.each([
    ["MUST", "passed", false, "conformant"],
    ["MUST", "failed", false, "nonconformant"],
    ["MAY", "failed", false, "nonconformant"],
    ["SHOULD", "failed", false, "conformant"],
    ["SHOULD", "failed", true, "nonconformant"],
    ["MUST", "set-up-failed", false, "inconclusive"],
    ["MUST", "stopped", false, "inconclusive"],
    ["MUST", "not-run", false, "conformant"],
  ] as const)("%s %s, strict %s, beside a kept MUST: %s", (level, name, strict, verdict) => {
    expect(verdictOf([result("MUST", "passed"), result(level, name)], strict, false)).toBe(verdict)
  })

  test.each([
    ["failed", "always", "conformant"],
    ["failed", "sometimes", "conformant"],
    ["passed", "always", "nonconformant"],
    ["passed", "sometimes", "conformant"],
    ["set-up-failed", "always", "conformant"],
  ] as const)("a known failure that is %s, marked %s: %s", (name, known, verdict) => {
    expect(verdictOf([result("MUST", "passed"), result("MUST", name, known)], false, false)).toBe(verdict)
  })

  test("nothing kept is no evidence", () => {
    expect(verdictOf([result("MUST", "not-run")], false, false)).toBe("inconclusive")
    expect(verdictOf([], false, false)).toBe("not run")
  })

  test("a backend that is gone makes any run inconclusive; a breach comes before what is open", () => {
    const names = uniqueArray(constantFrom(...(Object.keys(outcomes) as Name[])), { minLength: 1 })
    assert(
      property(names, (chosen) => {
        const rules = chosen.map((name) => result("MUST", name))
        expect(verdictOf(rules, false, true)).toBe("inconclusive")
        if (chosen.includes("failed")) expect(verdictOf(rules, false, false)).toBe("nonconformant")
        if (verdictOf(rules, false, false) === "conformant")
          expect(chosen.every((name) => name === "passed" || name === "not-run")).toBe(true)
      }),
    )
  })

  test("has an exit code of its own", () => {
    expect((["conformant", "nonconformant", "inconclusive", "not run"] as const).map(exitCodeOf)).toEqual([0, 1, 3, 3])
  })
})

test("a kept rule stands as kept at every level", () => {
  for (const level of ["MUST", "SHOULD", "MAY"] as const) expect(standingOf(result(level, "passed"), true)).toBe("kept")
})
