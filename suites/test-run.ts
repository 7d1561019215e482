import type { Capabilities, DriverModule } from "../drivers/define.ts"
import type { ConcurrencyEffort } from "./concurrency/effort.ts"
import { ClientProcesses } from "./concurrency/processes/client-processes.ts"
import type { DriverProcesses } from "./execution/driver-processes.ts"
import { type OwnStorage, openOnOwnTarget } from "./execution/opening.ts"
import type { RuleOutcome } from "./execution/outcome.ts"
import { runRule } from "./execution/run-rule.ts"
import type { Extent } from "./extent.ts"
import { leastExtentFor, resolveCapabilities } from "./needs.ts"
import type { Rule } from "./rule.ts"
import type { Effort } from "./sequences/effort.ts"

export interface TestRunOptions {
  readonly seed: number
  /** Default true. */
  readonly ownStorage?: boolean
  /** In place of what the driver declares. */
  readonly capabilities?: Capabilities
  readonly effort?: Effort
  readonly concurrencyEffort?: ConcurrencyEffort
  /** Default: the least that the rule takes. */
  readonly extent?: Extent
  /** Milliseconds for a call; default 1,000. */
  readonly call?: number
  /** Starts processes that hold nothing but the driver, for rules that need some. */
  readonly processes?: (storage: OwnStorage) => DriverProcesses
  /** Over how many of these the clients of suite `concurrency` are spread; default: all call from this process. */
  readonly spread?: number | undefined
  /** Where nothing is yet; default "/conformance-test". */
  readonly folder?: string
}

/** For tests of the rules, and for figures about them: runs one on a storage of its own, in this process. */
export async function runOnOwnStorage(module: DriverModule, rule: Rule, options: TestRunOptions): Promise<RuleOutcome> {
  const storage = await openOnOwnTarget(module)
  try {
    return await runOnStorage(module, storage, rule, options)
  } finally {
    await storage.close()
  }
}

/** As {@link runOnOwnStorage}, on one that is open already. */
export async function runOnStorage(
  module: DriverModule,
  storage: OwnStorage,
  rule: Rule,
  {
    seed,
    ownStorage = true,
    capabilities,
    effort = {},
    concurrencyEffort,
    call = 1_000,
    extent,
    processes,
    spread,
    folder,
  }: TestRunOptions,
): Promise<RuleOutcome> {
  const own = processes?.(storage)
  const clientProcesses = own === undefined || spread === undefined ? undefined : new ClientProcesses(own, spread)
  try {
    return await runRule(rule, {
      storage,
      surroundings: {
        capabilities: resolveCapabilities(module.capabilities, storage.capabilities, capabilities),
        ownStorage,
        effort,
        extent: extent ?? leastExtentFor(rule.needs),
        processes: own,
        clientProcesses,
      },
      limits: { call },
      runFolder: folder ?? "/conformance-test",
      seed,
      ...(concurrencyEffort && { concurrencyEffort }),
    })
  } finally {
    await clientProcesses?.end()
  }
}
