import type { Capabilities } from "../drivers/define.ts"
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
  /** How much sequences of calls explore; by default what fits the kind of storage. */
  readonly effort?: Effort
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

export function resolveCapabilities(...declared: readonly (Capabilities | undefined)[]): ResolvedCapabilities {
  const defaults: ResolvedCapabilities = {
    scope: "shared",
    redirectURL: false,
    chunkSize: 4 * 1024 * 1024,
    modTimeResolution: 10_000,
    pageSize: 1_000,
    caseSensitive: true,
  }
  return Object.assign(defaults, ...declared)
}
