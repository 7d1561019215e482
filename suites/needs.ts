import { freemem } from "node:os"
import type { Capabilities } from "../drivers/define.ts"
import type { ClientProcesses } from "./concurrency/processes/client-processes.ts"
import type { GatedStorages } from "./concurrency/timing/gated-storages.ts"
import type { DriverProcesses } from "./execution/driver-processes.ts"
import { countOpenFiles } from "./execution/open-files.ts"
import { type Extent, extents } from "./extent.ts"
import type { Effort } from "./sequences/effort.ts"

/** Capabilities without a default: what is not declared is not known. */
type Undeclared = "redirectURLLifetime" | "maximumPathLength" | "maximumComponentLength"

/** Capabilities with the defaults filled in, where there is one. */
export type ResolvedCapabilities = Required<Omit<Capabilities, Undeclared>> & Pick<Capabilities, Undeclared>

/** What a rule finds around it. */
export interface Surroundings {
  readonly capabilities: ResolvedCapabilities
  /** Whether the storage was started for this run and is thrown away with it. */
  readonly ownStorage: boolean
  /** Names of the misconfigurations that the driver's module tells; default none. */
  readonly misconfigurations?: readonly string[]
  /** How much sequences of calls explore; by default what fits the kind of storage. */
  readonly effort?: Effort
  /** How much the rules of suite `scale` store; default small. */
  readonly extent?: Extent | undefined
  /** Bytes that the target still takes, where that is known. */
  readonly room?: number | undefined
  /** Processes over which the clients of suite `concurrency` are spread; by default all call from one. */
  readonly clientProcesses?: ClientProcesses | undefined
  /** Where requests to the backend are to pass in an order that is decided. */
  readonly gatedStorages?: GatedStorages | undefined
  /** Starts processes that hold nothing but the driver, where the run has a command above it. */
  readonly processes?: DriverProcesses | undefined
}

/** A condition without which a rule is not run. */
export interface Need {
  readonly name: string
  /** Why the surroundings do not meet it, as the end of "not run: …"; undefined where they do. */
  unmet(surroundings: Surroundings): string | undefined
}

/** For calls that would reach outside the rule's own folder if the driver took them. */
export const ownStorage: Need = {
  name: "a storage of the suite's own",
  unmet: ({ ownStorage: own }) =>
    own ? undefined : "it makes calls that could touch what is not the run's, and the storage is not its own",
}

export const redirectURLs: Need = {
  name: "redirect URLs",
  unmet: ({ capabilities }) => (capabilities.redirectURL ? undefined : "the driver declares no redirect URLs"),
}

export const noRedirectURLs: Need = {
  name: "no redirect URLs",
  unmet: ({ capabilities }) => (capabilities.redirectURL ? "the driver declares redirect URLs" : undefined),
}

/** Milliseconds that a rule waits for a URL to expire, at most. */
const longestLifetime = 5_000

export const shortLivedURLs: Need = {
  name: "redirect URLs that soon expire",
  unmet: ({ capabilities: { redirectURL, redirectURLLifetime } }) => {
    if (!redirectURL) return "the driver declares no redirect URLs"
    if (redirectURLLifetime === undefined) return "the driver declares no lifetime of redirect URLs"
    return redirectURLLifetime <= longestLifetime
      ? undefined
      : `redirect URLs live for ${redirectURLLifetime} ms, and none is waited for longer than ${longestLifetime} ms`
  },
}

export const pathLimits: Need = {
  name: "a limit to the length of paths",
  unmet: ({ capabilities: { maximumPathLength, maximumComponentLength } }) =>
    maximumPathLength === undefined && maximumComponentLength === undefined
      ? "the driver declares no limit to the length of paths"
      : undefined,
}

export const caseSensitivity: Need = {
  name: "names told apart by case",
  unmet: ({ capabilities }) => (capabilities.caseSensitive ? undefined : "the driver declares that it ignores case"),
}

/** For rules that lose a process, or measure one. */
export const ownProcesses: Need = {
  name: "processes of its own",
  unmet: ({ processes, capabilities }) => {
    if (processes === undefined) return "no processes can be started for it here: the command certify does"
    return capabilities.scope === "process" ? "what is stored lives in the memory of one process" : undefined
  },
}

/** For rules on numbers that small objects do not have. */
export const longObjects: Need = {
  name: "objects of more than 4 GiB",
  unmet: ({ extent = extents.small }) =>
    extent.bytes > 2 ** 32 + 2 ** 20 ? undefined : "it takes an object of more than 4 GiB: --size large or --size 5GiB has them",
}

/** The least that must be stored for a rule to be run: the small preset, but for what needs long objects. */
export function leastExtentFor(needs: readonly Need[]): Extent {
  return needs.includes(longObjects) ? { ...extents.small, bytes: 2 ** 32 + 2 ** 21 } : extents.small
}

/** For rules that hold a process to the memory that the driver declares. */
export const boundedMemory: Need = {
  name: "a bound to the memory that transfers take",
  unmet: ({ capabilities }) => (capabilities.memory === "unbounded" ? "the driver declares no bound to its memory" : undefined),
}

/** For rules that store much: room for so many times the length of a large object. */
export function roomFor(objects: number): Need {
  return {
    name: `room for ${objects === 1 ? "a large object" : `${objects} large objects`}`,
    unmet: ({ extent = extents.small, room, capabilities }) => {
      const needed = objects * extent.bytes
      const free = capabilities.scope === "process" ? freemem() : room
      return free === undefined || needed <= free ? undefined : `needs ${gibibytes(needed)} free, and ${gibibytes(free)} are`
    },
  }
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toLocaleString("en-US", { maximumFractionDigits: 1 })} GiB`
}

export const toldOpenFiles: Need = {
  name: "a system that tells what a process has open",
  unmet: () => (countOpenFiles() === undefined ? "the system does not tell what a process has open" : undefined),
}

export const misconfigurations: Need = {
  name: "a misconfiguration",
  unmet: ({ misconfigurations: told = [] }) => (told.length > 0 ? undefined : "the driver's module tells no misconfiguration"),
}

export const atomicMoves: Need = {
  name: "moves that happen at one moment",
  unmet: ({ capabilities }) => (capabilities.atomicMove ? undefined : "the driver declares no moves that happen at one moment"),
}

export function resolveCapabilities(...declared: readonly (Capabilities | undefined)[]): ResolvedCapabilities {
  const defaults: ResolvedCapabilities = {
    scope: "shared",
    redirectURL: false,
    chunkSize: 4 * 1024 * 1024,
    modTimeResolution: 10_000,
    pageSize: 1_000,
    caseSensitive: true,
    memory: 128 * 1024 * 1024,
    atomicMove: false,
    scheduled: false,
  }
  return Object.assign(defaults, ...declared)
}
