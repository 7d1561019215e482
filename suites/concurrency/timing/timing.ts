import { setTimeout as passes } from "node:timers/promises"
import type { ObservedDriver } from "../../execution/observed-driver.ts"
import type { Case } from "../../execution/rule-context.ts"
import type { Place } from "../recording/history.ts"

/** Calls are under way, and none of them goes on: they wait for each other. */
export class Standstill extends Error {
  override readonly name = "Standstill"
  /** Which calls those are, where that is known. */
  readonly underWay: readonly Place[]

  constructor(underWay: readonly Place[] = []) {
    super("no call goes on")
    this.underWay = underWay
  }
}

/** When the calls of several clients happen, and what tells the time. */
export interface Timing {
  readonly unit: "ms" | "steps"
  /** In its unit, from any moment. */
  now(): number
  /** Resolves when a client may make its next call. */
  beforeCall(client: number, milliseconds: number): Promise<void>
  /** An instance for a client, which does what it does when the timing lets it. */
  connect(given: Case, client: number): Promise<ObservedDriver>
  /**
   * Lets what was begun go on to its end.
   *
   * @throws Standstill where the timing is to tell one
   */
  whole<Value>(work: Promise<Value>): Promise<Value>
  /** Nothing more is recorded: whatever still waits goes on. */
  end(): void
}

/** Everything happens when it happens. */
export const byChance: Timing = {
  unit: "ms",
  now,
  beforeCall: async (_client, milliseconds) => {
    if (milliseconds > 0) await passes(milliseconds)
  },
  connect: (given) => given.connect(),
  whole: (work) => work,
  end: () => {},
}

/**
 * Milliseconds of the machine's monotonic clock. `process.hrtime` reads CLOCK_MONOTONIC on Linux, mach_absolute_time on macOS and the
 * performance counter on Windows (libuv, uv_hrtime): one clock for all processes of a machine, which is checked where it is relied on.
 */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
