import type { Extent } from "../../suites/extent.ts"
import { type Rule, subjectOf } from "../../suites/rule.ts"
import type { Effort } from "../../suites/sequences/effort.ts"

/** What a run asks of a backend, roughly. */
export interface Cost {
  readonly requests: number
  readonly bytesWritten: number
  readonly bytesRead: number
}

/** How much the rules explore and store, as the user chose. */
export interface Amount {
  readonly extent: Extent
  readonly effort: Pick<Effort, "runs" | "milliseconds">
}

const MiB = 1024 ** 2

/** Sequences of each kind over a network, where the user says nothing. */
const usualRuns = 34

/**
 * What one rule asks of the Azure driver's backend, on the average of its subject: requests, MiB written, MiB read. Counted by a proxy in
 * front of an account, those of `instances` by their calls; account.test.ts counts some again.
 */
const costOfRule: Readonly<Record<string, readonly [requests: number, written: number, read: number]>> = {
  cancellation: [230, 20, 6],
  content: [41, 1.8, 1.9],
  delete: [140, 0.04, 0.07],
  errors: [105, 0.01, 0.04],
  instances: [360, 0.2, 0.3],
  list: [160, 0.06, 0.3],
  move: [74, 1.3, 1.3],
  paths: [96, 0.02, 0.05],
  reader: [56, 3.8, 9.6],
  "redirect-url": [13, 0.02, 0.02],
  sequences: [4_000, 42, 87],
  stat: [70, 0.2, 0.03],
  walk: [26, 0.03, 0.03],
  writer: [100, 3.1, 2.6],
  "concurrent-deletes": [800, 0.08, 0.4],
  "concurrent-listings": [2_000, 0.4, 5.3],
  "concurrent-mixes": [1_200, 0.04, 0.4],
  "concurrent-moves": [550, 0.02, 0.2],
  "concurrent-uploads": [250, 12, 24],
  "concurrent-writes": [730, 4.4, 25],
}

/** An estimate for the chosen rules together. The subjects that have no average are those of suite `scale`, whose cost is what they store. */
export function estimateCost(rules: readonly Rule[], amount: Amount): Cost {
  const costs = rules.map((rule) => estimateRule(subjectOf(rule), amount))
  return {
    requests: sumOf(costs, "requests"),
    bytesWritten: sumOf(costs, "bytesWritten"),
    bytesRead: sumOf(costs, "bytesRead"),
  }
}

function estimateRule(subject: string, { extent, effort }: Amount): Cost {
  const average = costOfRule[subject]
  if (average === undefined) {
    return { requests: extent.costlyEntries / 2, bytesWritten: extent.bytes, bytesRead: extent.bytes }
  }
  const times = subject === "sequences" ? (effort.runs ?? usualRuns) / usualRuns : 1
  const [requests, written, read] = average
  return { requests: times * requests, bytesWritten: times * written * MiB, bytesRead: times * read * MiB }
}

function sumOf(costs: readonly Cost[], part: keyof Cost): number {
  return costs.reduce((sum, cost) => sum + cost[part], 0)
}

/** "about 24,000 requests, 240 MiB written, 180 MiB read" */
export function describeCost({ requests, bytesWritten, bytesRead }: Cost): string {
  const sizes = [`${rounded(bytesWritten / MiB)} MiB written`, `${rounded(bytesRead / MiB)} MiB read`]
  return [`about ${rounded(requests)} requests`, ...sizes].join(", ")
}

function rounded(number: number): string {
  return number.toLocaleString("en-US", { maximumSignificantDigits: 2 })
}
