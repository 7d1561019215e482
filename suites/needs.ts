import type { Capabilities } from "../drivers/define.ts"

/** Capabilities with the defaults filled in. */
export type ResolvedCapabilities = Required<Capabilities>

/** What a rule finds around it. */
export interface Surroundings {
  readonly capabilities: ResolvedCapabilities
  /** Whether the storage was started for this run and is thrown away with it. */
  readonly ownStorage: boolean
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

export function resolveCapabilities(...declared: readonly (Capabilities | undefined)[]): ResolvedCapabilities {
  const defaults: ResolvedCapabilities = {
    scope: "shared",
    redirectURL: false,
    chunkSize: 4 * 1024 * 1024,
    modTimeResolution: 10_000,
    pageSize: 1_000,
  }
  return Object.assign(defaults, ...declared)
}
