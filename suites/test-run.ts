import type { Capabilities, DriverModule } from "../drivers/define.ts"
import { openOnOwnTarget } from "./execution/opening.ts"
import type { RuleOutcome } from "./execution/outcome.ts"
import { runRule } from "./execution/run-rule.ts"
import { resolveCapabilities } from "./needs.ts"
import type { Rule } from "./rule.ts"
import type { Effort } from "./sequences/effort.ts"

interface TestRunOptions {
  readonly seed: number
  /** Default true. */
  readonly ownStorage?: boolean
  /** In place of what the driver declares. */
  readonly capabilities?: Capabilities
  readonly effort?: Effort
  /** Milliseconds for a call; default 1,000. */
  readonly call?: number
}

/** For tests of the rules: runs one on a storage of its own, in this process. */
export async function runOnOwnStorage(
  module: DriverModule,
  rule: Rule,
  { seed, ownStorage = true, capabilities, effort = {}, call = 1_000 }: TestRunOptions,
): Promise<RuleOutcome> {
  const storage = await openOnOwnTarget(module)
  try {
    return await runRule(rule, {
      storage,
      surroundings: {
        capabilities: resolveCapabilities(module.capabilities, storage.capabilities, capabilities),
        ownStorage,
        effort,
      },
      limits: { call },
      runFolder: "/conformance-test",
      seed,
    })
  } finally {
    await storage.close()
  }
}
