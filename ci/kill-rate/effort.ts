import type { DriverModule } from "../../drivers/define.ts"
import type { SuiteName } from "../../suites/catalogue.ts"
import { extents } from "../../suites/extent.ts"
import type { TestRunOptions } from "../../suites/test-run.ts"
import { unusual } from "./good-drivers.ts"
import type { Effort, RuleJob, Timing } from "./jobs.ts"

type Efforts = Pick<TestRunOptions, "call" | "capabilities" | "concurrencyEffort" | "extent">

/** Workloads of clients at once as a user's run has them; what fails is not made smaller, for only the catch counts here. */
const usualWorkloads = { rounds: { least: 16, most: 120, milliseconds: 1_500 }, patience: 0 } as const

/**
 * How much the rules try. The short version asks little of good drivers: few workloads of clients at once, and as many sequences of
 * calls as over a network. Of known-bad ones it asks every workload that a rule has, however long that takes, so that it does not hang
 * on the machine's speed whether one is caught.
 */
const efforts: Readonly<Record<Effort, Readonly<Record<"good" | "known-bad", Efforts>>>> = {
  usual: {
    good: { call: 10_000, extent: extents.small, concurrencyEffort: usualWorkloads },
    // What a known-bad driver blocks is not to cost ten seconds each time.
    "known-bad": { call: 3_000, concurrencyEffort: usualWorkloads },
  },
  short: {
    good: {
      call: 10_000,
      extent: extents.small,
      concurrencyEffort: { rounds: { least: 4, most: 4, milliseconds: 0 }, patience: 0 },
    },
    "known-bad": { call: 3_000, concurrencyEffort: { rounds: { least: 120, most: 120, milliseconds: 0 }, patience: 0 } },
  },
}

export function effortFor(job: RuleJob, effort: Effort): Efforts {
  const fewSequences = effort === "short" && job.kind === "good" && job.suite === "contract"
  const smallContents = effort === "short" && isUnusual(job)
  return {
    ...efforts[effort][job.kind],
    capabilities: {
      ...(fewSequences && { scope: "shared" }),
      ...(smallContents && { chunkSize: 64 * 1024, pageSize: 50 }),
      ...(job.timing === "by chance" && { scheduled: false }),
    },
  }
}

function isUnusual({ kind, id }: RuleJob): boolean {
  return kind === "good" && id.startsWith(unusual)
}

/** Whether the short version has this run of a good driver: unusual ones, of which there are many, are left out where they cost most. */
export function isInShort(job: RuleJob & { readonly kind: "good" }): boolean {
  return !isUnusual(job) || (job.suite !== "scale" && job.timing !== "by chance")
}

/** How the clients of a suite's rules meet on a driver: where it lets the suite decide, by chance besides, as on those that do not. */
export function timingsOf({ capabilities }: DriverModule, suite: SuiteName): readonly Timing[] {
  if (suite !== "concurrency") return ["alone"]
  return capabilities?.scheduled === true ? ["decided", "by chance"] : ["by chance"]
}
