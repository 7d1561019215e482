import { z } from "zod"
import type { Capabilities } from "../../drivers/define.ts"
import type { ProbeAnswer } from "../../suites/execution/confirm.ts"
import type { ParameterIssue, TargetKind } from "../../suites/execution/opening.ts"
import type { RuleOutcome } from "../../suites/execution/outcome.ts"
import type { TimeLimits } from "../../suites/execution/time-limits.ts"
import type { Extent } from "../../suites/extent.ts"
import type { Effort } from "../../suites/sequences/effort.ts"

/**
 * What the command and the processes that hold a driver say to each other. A driver is loaded in such a process only: it may block
 * it, end it or print to it, and the command goes on.
 */

/** What can be asked of a driver process, and what it answers. */
export interface Requests {
  /** Loads the driver's module. */
  load: { readonly asks: { readonly url: string; readonly reference: string }; readonly answers: DriverDescription }
  /** Holds parameters against the module's schema. */
  validate: {
    readonly asks: { readonly parameters: Readonly<Record<string, unknown>> }
    readonly answers: readonly ParameterIssue[]
  }
  startTarget: { readonly asks: StartTargetRequest; readonly answers: TargetDescription }
  /** Gives up a target that is being started, too. */
  stopTarget: { readonly asks: Record<string, never>; readonly answers: null }
  /** Opens the storage that rules run on. */
  open: { readonly asks: OpenRequest; readonly answers: Capabilities | null }
  /** Whether the backend answers: the target's health check, else a fresh instance. */
  probe: { readonly asks: { readonly milliseconds: number }; readonly answers: ProbeAnswer }
  /** Bytes that the target still takes; null where it cannot tell. */
  room: { readonly asks: Readonly<Record<string, never>>; readonly answers: number | null }
  run: { readonly asks: { readonly ruleId: string; readonly room: number | undefined }; readonly answers: RuleOutcome }
  /** Makes no further call for the rule under way, whose request is answered once it has cleaned up. */
  abandon: { readonly asks: Record<string, never>; readonly answers: null }
  /** Cancels these uploads and deletes the run's folder; answers what could not be removed. */
  cleanUp: { readonly asks: { readonly uploads: readonly string[] }; readonly answers: readonly string[] }
}

export type RequestName = keyof Requests

export interface DriverDescription {
  readonly name: string
  readonly capabilities: Capabilities
  /** JSON Schema of the parameters where their schema can give one; null where it cannot. */
  readonly parameterSchema: Readonly<Record<string, unknown>> | null
  /** Whether the module has any parameters. */
  readonly takesParameters: boolean
  readonly target: {
    readonly name: string
    readonly provides: readonly string[]
    readonly kinds: readonly TargetKind[]
    /** What of the user's it stands in for, where that may cost money. */
    readonly emulates: string | null
  } | null
}

export interface StartTargetRequest {
  readonly kind: TargetKind
  /** Whether the target stays when the run is over. */
  readonly keep: boolean
  /** Bytes that are to be stored at a time. */
  readonly bytes: number
}

export interface TargetDescription {
  readonly description: string
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface OpenRequest {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly limits: TimeLimits
  readonly runFolder: string
  readonly seed: number
  readonly ownStorage: boolean
  /** How much the rules of suite `scale` store. */
  readonly extent?: Extent | undefined
  readonly effort: Effort
  /** Processes over which the clients of suite `concurrency` are spread. */
  readonly clientProcesses?: number | undefined
  /** Whether requests to a backend over HTTP pass one at a time, in an order that the seed decides, in suite `concurrency`. */
  readonly orderRequests?: boolean | undefined
  /** File that the call under way is written to, so that it can be named when the process is gone; null for none. */
  readonly blackBox: string | null
}

/** A request on its way to a driver process. */
export interface RequestMessage {
  readonly id: number
  readonly name: RequestName
  readonly asks: unknown
}

/** What a driver process sends. The driver may send messages of its own over the same channel: what does not fit is not ours. */
export const driverProcessMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("storage-driver-conformance:answer"), id: z.number(), answers: z.unknown() }),
  z.object({
    type: z.literal("storage-driver-conformance:refusal"),
    id: z.number(),
    /** "input" where the user can mend it, "network" where the backend may be gone. */
    kind: z.enum(["input", "network", "failure"]),
    message: z.string(),
  }),
  z.object({ type: z.literal("storage-driver-conformance:alive") }),
  z.object({ type: z.literal("storage-driver-conformance:upload"), began: z.boolean(), path: z.string() }),
  z.object({ type: z.literal("storage-driver-conformance:leftover"), message: z.string() }),
  /** Of a target that is being started. */
  z.object({ type: z.literal("storage-driver-conformance:progress"), progress: z.string() }),
  z.object({ type: z.literal("storage-driver-conformance:stray"), ruleId: z.string(), message: z.string() }),
])

export type DriverProcessMessage = z.infer<typeof driverProcessMessage>

/** Milliseconds between two signs of life of a driver process. */
export const heartbeat = 250
