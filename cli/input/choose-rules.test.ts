import { describe, expect, test } from "vitest"
import { defineRule } from "../../suites/rule.ts"
import { BadInput } from "./bad-input.ts"
import { chooseRules } from "./choose-rules.ts"

const ids = ["content/round-trip", "move/content-arrives", "move/removes-the-source", "remove/all"]
const rules = ids.map((id) => defineRule({ id, level: "MUST", statement: "", why: "", source: "", check: async () => {} }))

describe("rules are chosen", () => {
  test.each([
    [[], ids],
    [["*"], ids],
    [["**"], ids],
    [["move"], ["move/content-arrives", "move/removes-the-source"]],
    [["move/*"], ["move/content-arrives", "move/removes-the-source"]],
    [["!move"], ["content/round-trip", "remove/all"]],
    [["{content,remove}"], ["content/round-trip", "remove/all"]],
    [["*/content-*"], ["move/content-arrives"]],
    [
      ["remove", "content/round-trip"],
      ["content/round-trip", "remove/all"],
    ],
  ])("%j", (globs, chosen) => {
    expect(chooseRules(rules, globs).map(({ id }) => id)).toEqual(chosen)
  })

  test.each([
    ["moove", "did you mean move?"],
    ["move/removes-the-sauce", "did you mean move/removes-the-source?"],
    ["content-arrives", 'no rule matches "content-arrives"'],
    ["", "is no glob"],
    ["a".repeat(70_000), "is no glob"],
  ])("not by %j", (glob, message) => {
    expect(() => chooseRules(rules, [glob])).toThrow(BadInput)
    expect(() => chooseRules(rules, [glob])).toThrow(message)
  })
})
