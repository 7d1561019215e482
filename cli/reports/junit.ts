import { XMLBuilder } from "fast-xml-parser"
import type { Failure } from "../../suites/execution/outcome.ts"
import { subjectOf } from "../../suites/rule.ts"
import { renderRuleFailure } from "./failure.ts"
import { levelOf, type RuleResult, type RunResult, type SuiteResult } from "./result.ts"
import { oneLine, withoutStack } from "./text.ts"
import { standingOf } from "./verdict.ts"
import { visibleResult } from "./visible-text.ts"

type Element = Readonly<Record<string, unknown>>

/**
 * JUnit XML: a suite is a testsuite, a rule a test case with its subject as class. A breach is a failure, unless it is only a warning
 * or known; what could not be judged is an error; what was not run is skipped.
 */
export function renderJUnit(run: RunResult): string {
  const result = visibleResult(run)
  const suites = result.suites.map((suite) => testSuite(suite, result))
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", format: true, suppressEmptyNode: true })
  const document = { "?xml": { "@version": "1.0", "@encoding": "UTF-8" }, testsuites: { testsuite: suites } }
  return builder.build(document)
}

function testSuite(suite: SuiteResult, result: RunResult): Element {
  const cases = suite.rules.map((rule) => testCase(rule, result.strict))
  const number = (name: string): number => cases.filter((element) => name in element).length
  const seconds = suite.rules.reduce((sum, rule) => sum + rule.outcome.milliseconds, 0) / 1_000
  const properties = {
    driver: result.driver.name,
    backend: result.backend,
    seed: String(result.seed),
    verdict: suite.verdict,
    rules: `${suite.chosen} of ${suite.total}`,
    version: result.version,
  }
  return {
    "@name": `storage-driver-conformance ${suite.name}: ${result.driver.name}`,
    "@timestamp": result.startedAt.slice(0, 19),
    "@tests": cases.length,
    "@failures": number("failure"),
    "@errors": number("error"),
    "@skipped": number("skipped"),
    "@time": seconds.toFixed(3),
    properties: { property: Object.entries(properties).map(([name, value]) => ({ "@name": name, "@value": value })) },
    testcase: cases,
  }
}

function testCase(rule: RuleResult, strict: boolean): Element {
  const { outcome } = rule
  const base = { "@name": rule.id, "@classname": subjectOf(rule), "@time": (outcome.milliseconds / 1_000).toFixed(3) }
  const standing = standingOf(rule, strict)
  if (outcome.status === "passed") {
    if (standing !== "stale") return base
    return {
      ...base,
      failure: { "@message": "kept now, though listed as a known failure: take it off the list", "@type": "stale" },
    }
  }
  if (outcome.status === "not-run") return { ...base, skipped: { "@message": oneLine(outcome.reason) } }
  if (standing === "known")
    return { ...base, skipped: { "@message": `known to be broken: ${oneLine(rule.knownFailure?.reason ?? "")}` } }
  if (outcome.status === "inconclusive") {
    const { sentence, stack } = withoutStack(outcome.reason)
    const error = details(rule, sentence, "inconclusive", outcome.failure)
    return { ...base, error: stack === undefined || "#text" in error ? error : { ...error, "#text": stack } }
  }
  if (outcome.status === "set-up-failed") return { ...base, error: details(rule, "its set-up failed", "set-up", outcome.failure) }
  const failure = details(rule, `${levelOf(rule)}: ${(rule.breaks ?? rule).statement}`, levelOf(rule), outcome.failure)
  // JUnit knows no warnings.
  return standing === "warning"
    ? { ...base, "system-out": `A warning, which --strict counts as a failure.\n\n${failure["#text"]}` }
    : { ...base, failure }
}

function details(rule: RuleResult, message: string, type: string, failure: Failure | undefined): Element {
  const text =
    failure === undefined ? {} : { "#text": renderRuleFailure(rule, failure, levelOf(rule), { columns: 100, colour: false }) }
  return { "@message": message, "@type": type, ...text }
}
