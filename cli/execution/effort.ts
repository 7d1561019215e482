import { availableParallelism } from "node:os"
import { extents } from "../../suites/extent.ts"
import { type Rule, subjectOf } from "../../suites/rule.ts"
import type { Effort, RuleSequence } from "../../suites/sequences/effort.ts"
import type { CertifyOptions } from "../input/certify-options.ts"

const GiB = 1024 ** 3

/** Processes that run rules side by side. */
export function concurrencyOf({ concurrency, extent = extents.small }: Pick<CertifyOptions, "concurrency" | "extent">): number {
  // Whether there is room for gigabytes is found out by each rule for itself.
  return concurrency ?? (extent.bytes >= GiB ? 1 : Math.min(4, Math.max(2, availableParallelism())))
}

/** Whether the rule runs sequences of calls. */
export function runsSequences(rule: Rule): boolean {
  return subjectOf(rule) === "sequences"
}

/**
 * How much the rules on sequences explore. A budget is for all kinds of sequences together: those that run side by side share the time,
 * those that run one after the other share it out.
 */
export function effortOf(
  options: Pick<CertifyOptions, "runs" | "budget" | "concurrency" | "extent">,
  rules: readonly Rule[],
  saved: readonly RuleSequence[],
): Effort {
  const kinds = rules.filter(runsSequences).length
  const turns = Math.max(1, Math.ceil(kinds / concurrencyOf(options)))
  return {
    saved,
    ...(options.runs === undefined ? {} : { runs: options.runs }),
    ...(options.budget === undefined ? {} : { milliseconds: options.budget / turns }),
  }
}
