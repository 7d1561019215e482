import type { StandardSchemaV1 } from "@standard-schema/spec"
import { z } from "zod"
import type { Clock } from "./clock.ts"
import type { StorageDriver } from "./contract.ts"

/** What the contract leaves to the driver. Whatever is declared is checked like any rule. */
export interface Capabilities {
  /** "process" where what is stored lives in the memory of one process; default "shared". */
  readonly scope?: "process" | "shared"
  /** Whether `redirectURL` gives URLs; default false. */
  readonly redirectURL?: boolean
  /** Milliseconds after which a URL of `redirectURL` surely works no more; default: not known. */
  readonly redirectURLLifetime?: number
  /** Size in bytes of the blocks that large writes are cut into, so that the suite can aim at its boundaries; default 4 MiB. */
  readonly chunkSize?: number
  /** Milliseconds between two writes after which `modTime` surely differs; default 10,000, as in Distribution's own suite. */
  readonly modTimeResolution?: number
  /** Most entries that the backend lists in one answer, so that the suite can go beyond them with fewer files; default 1,000. */
  readonly pageSize?: number
  /** Bytes of the longest path that is taken, the leading slash included; default: none is known. */
  readonly maximumPathLength?: number
  /** Bytes of the longest component of a path that is taken; default: none is known. */
  readonly maximumComponentLength?: number
  /** Whether paths that differ in case only are two files; default true. */
  readonly caseSensitive?: boolean
  /** Bytes by which uploads and downloads, however large, let a process grow beyond what it has when idle; default 128 MiB. */
  readonly memory?: number | "unbounded"
  /** Whether a move happens at one moment for all who look; default false: it is a copy and then a delete. */
  readonly atomicMove?: boolean
  /**
   * Whether an instance sleeps on the clock that it is connected with before each of its effects, for however long, and waits for
   * nothing else. The suite `concurrency` then decides the order of all effects of all instances, and repeats it exactly. Default false.
   */
  readonly scheduled?: boolean
}

export interface ConnectOptions {
  readonly signal?: AbortSignal
  /** For drivers that declare `scheduled`; without it an instance waits for nothing. */
  readonly clock?: Clock
}

/** One opened storage. */
export interface OpenedStorage {
  /** One more instance of the driver on it, as another process of the registry would have: what one does the others see. */
  connect(options?: ConnectOptions): Promise<StorageDriver>
  /** Frees what `open` took. What is stored stays. */
  close(): Promise<void>
  /** What could be found out only by opening, in place of what the module declares. */
  readonly capabilities?: Capabilities
  /**
   * What all instances have asked of the backend so far. Only for drivers whose traffic the suite cannot see by itself: it counts
   * requests over HTTP, where there are none operations on files, and else the reads and writes of the process.
   */
  traffic?(): Traffic
}

/** What went to a backend and came back. */
export interface Traffic {
  readonly requests: number
  /** In both directions. */
  readonly bytes: number
}

/** A backend that was started for a run and is thrown away with it. */
export interface StartedTarget {
  /** What it is and in which version, for the report: "Azurite 3.37.0, embedded". */
  readonly description: string
  /** Parameters for the driver, before its schema. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Resolves while the backend answers. Without it, a fresh instance of the driver is asked. */
  healthCheck?(options: { readonly signal: AbortSignal }): Promise<void>
  /** Bytes that it still takes, where it can tell: rules that store more are not run. */
  room?(): Promise<number>
  /** The end of what the backend printed, without secrets: it is shown where the backend stopped answering. */
  output?(): string
  stop(): Promise<void>
}

export interface StartOptions {
  /** Aborts when the target is not wanted any more; whatever has begun by then must not stay behind. */
  readonly signal: AbortSignal
  /** Whether it is to stay when it is stopped, for a later start to find it. Only the suite's container is asked for that. */
  readonly keep?: boolean
  /** Bytes that are to be stored at a time, where that is known: what a backend cannot keep in memory it may keep on a disk. */
  readonly bytes?: number
  /** Takes a line for whoever waits. */
  readonly tell?: (progress: string) => void
}

/** How to start a backend for a driver. */
export interface Target {
  readonly name: string
  /** Names of the parameters that it gives. Whoever sets one of these on the command line means a storage of their own. */
  readonly provides: readonly string[]
  /**
   * What of the user's it stands in for, where a run on that may cost money: "an Azure storage account". Such a run first says what
   * it will do there, and wants to hear that it may.
   */
  readonly emulates?: string
  start(options: StartOptions): Promise<StartedTarget>
}

/** Targets that come with the suite. */
export type BundledTargetName = "azurite" | "temporary-directory"

/** Makes parameters that cannot work out of ones that do. Written as a method, so that a module of any parameters is a `DriverModule`. */
type Misconfiguration<Parameters> = { spoil(good: Parameters): Parameters }["spoil"]

/** What an author writes, and all that the suite knows of a driver. */
export interface DriverModule<Parameters = unknown> {
  readonly name: string
  /** Any Standard Schema; where there is none the driver takes no parameters. */
  readonly parameters?: StandardSchemaV1<unknown, Parameters>
  readonly capabilities?: Capabilities
  readonly target?: BundledTargetName | Target
  /** Each makes wrong parameters out of good ones: calls must then fail, and never as PathNotFound. */
  readonly misconfigurations?: Readonly<Record<string, Misconfiguration<Parameters>>>
  /**
   * Opens one storage. Called once in each process of a run; what is opened with the same parameters is the same storage, unless
   * it lives in memory (`scope: "process"`).
   */
  open(options: { readonly parameters: Parameters; readonly signal: AbortSignal }): Promise<OpenedStorage>
}

/** Types the module; what does not fit is told by {@link readDriverModule} when the module is loaded. */
export function defineDriver<Parameters = Record<string, never>>(module: DriverModule<Parameters>): DriverModule<Parameters> {
  return module
}

/** A module that is not a driver module: the message says in one line what is wrong with it. */
export class DriverModuleError extends Error {
  override readonly name = "DriverModuleError"
}

const aFunction = z.custom<(...args: never[]) => unknown>((value) => typeof value === "function", "must be a function")
const aStandardSchema = z.custom<StandardSchemaV1<unknown, unknown>>(
  (value) => Object(value) === value && Object(Reflect.get(Object(value), "~standard")).version === 1,
  "must be a Standard Schema, such as z.object({ … })",
)
const capability = {
  scope: z.enum(["process", "shared"]),
  redirectURL: z.boolean(),
  redirectURLLifetime: z.int().positive(),
  chunkSize: z.int().positive(),
  modTimeResolution: z.int().positive(),
  pageSize: z.int().positive(),
  maximumPathLength: z.int().positive(),
  maximumComponentLength: z.int().positive(),
  caseSensitive: z.boolean(),
  memory: z.union([z.int().positive(), z.literal("unbounded")]),
  atomicMove: z.boolean(),
  scheduled: z.boolean(),
}
const capabilities = z
  .strictObject(capability, {
    error: ({ code, keys }) => {
      if (code !== "unrecognized_keys" || !Array.isArray(keys)) return undefined
      return `has no ${keys.join(", ")}: there are ${Object.keys(capability).join(", ")}`
    },
  })
  .partial()

const driverModule = z.object({
  name: z.string("must be a string").regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and "-"'),
  open: aFunction,
  parameters: aStandardSchema.optional(),
  capabilities: capabilities.optional(),
  target: z
    .union(
      [
        z.enum(["azurite", "temporary-directory"]),
        z.object({ name: z.string(), provides: z.array(z.string()), emulates: z.string().optional(), start: aFunction }),
      ],
      'must be "azurite", "temporary-directory" or { name, provides, start }',
    )
    .optional(),
  misconfigurations: z.record(z.string(), aFunction).optional(),
})

/**
 * Reads what a module exports by default as a driver module. It goes by shape, since `defineDriver` may come from another copy of
 * the package.
 *
 * @param where names the module in the error
 * @throws DriverModuleError
 */
export function readDriverModule(value: unknown, where: string): DriverModule {
  if (isDriverModule(value)) return value
  const issue = driverModule.safeParse(value).error?.issues[0]
  if (issue === undefined || issue.path.length === 0) {
    throw new DriverModuleError(`${where} has no driver in it: it must "export default defineDriver({ name, open })"`)
  }
  throw new DriverModuleError(`${where}: "${issue.path.join(".")}" ${issue.message}`)
}

const openedStorage = z.object({
  connect: aFunction,
  close: aFunction,
  capabilities: capabilities.optional(),
  traffic: aFunction.optional(),
})

/**
 * Reads what `open` gave as an opened storage.
 *
 * @param where names the call in the error
 * @throws DriverModuleError
 */
export function readOpenedStorage(value: unknown, where: string): OpenedStorage {
  if (isOpenedStorage(value)) return value
  const issue = openedStorage.safeParse(value).error?.issues[0]
  const what = issue === undefined || issue.path.length === 0 ? "" : `"${issue.path.join(".")}" ${issue.message}; `
  throw new DriverModuleError(`${where} must give { connect, close }: ${what}got ${kindOf(value)}`)
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === "object" ? "an object" : `a ${typeof value}`
}

function isOpenedStorage(value: unknown): value is OpenedStorage {
  return openedStorage.safeParse(value).success
}

function isDriverModule(value: unknown): value is DriverModule {
  return driverModule.safeParse(value).success
}
