import { pathToFileURL } from "node:url"
import { inject, TestRunner, test } from "vitest"
import { loadRules } from "../../suites/catalogue.ts"
import type { Failure } from "../../suites/execution/outcome.ts"
import { subjectOf } from "../../suites/rule.ts"
import { askForRule } from "./rule-channel.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** Ids of the rules that were chosen. */
    readonly chosenRules: readonly string[]
  }
}

/** Lets Vitest take a file of rules for a test file: each rule that was chosen is a test, tagged with its level and subject. */
export default class RuleRunner extends TestRunner {
  override async importFile(path: string, source: "collect" | "setup"): Promise<unknown> {
    if (source !== "collect") return super.importFile(path, source)
    const chosen = new Set(inject("chosenRules"))
    for (const rule of await loadRules(pathToFileURL(path).href)) {
      if (!chosen.has(rule.id)) continue
      test.concurrent(rule.id, { tags: [rule.level, subjectOf(rule)] }, async (context) => {
        const outcome = await askForRule(rule.id)
        if (outcome.status === "not-run") context.skip(outcome.reason)
        else if (outcome.status === "inconclusive") throw new Error(`inconclusive: ${outcome.reason}`)
        else if (outcome.status !== "passed") throw new Error(`${rule.statement} ${sentenceOf(outcome.failure)}`)
      })
    }
    return undefined
  }
}

function sentenceOf({ expected, actual }: Failure): string {
  return `Expected ${expected}; got ${actual}.`
}
