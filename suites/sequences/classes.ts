import { blockSizeOf } from "../block-size.ts"
import type { ResolvedCapabilities } from "../needs.ts"
import type { Call } from "../specification/calls.ts"
import type { Label } from "./commands.ts"
import { relations } from "./coverage.ts"
import { routesToChains, routesToNeighbours, routesToPairs } from "./routes.ts"

/** All that sequences are to try, by group. */
export interface Classes {
  /** Two calls that follow each other at one path. */
  readonly pairs: readonly string[]
  /** Longer chains of calls at one path. */
  readonly chains: readonly string[]
  /** Two changes, one after the other, to files that are alone in a directory, and the calls for them. */
  readonly neighbours: ReadonlyMap<string, readonly Call[]>
  /** Calls that lead to each pair and make each chain, from an empty storage on. */
  readonly routes: ReadonlyMap<string, readonly Call[]>
  /** Bytes of a write. */
  readonly sizes: readonly string[]
  /** How the path of a call lies to that of the call before it. */
  readonly relations: readonly string[]
  /** Variants of a call. */
  readonly kinds: readonly string[]
}

/** What of them a kind of sequences aims at. */
export interface Scope {
  readonly labels: readonly Label[]
  /** Chains of calls at one path that are to be made whole. */
  readonly chains: readonly (readonly Label[])[]
  /** Changes that are to follow each other in one directory, each of them each. */
  readonly neighbours: readonly Label[]
  /** Bytes of the writes, given the size of the driver's blocks. */
  readonly sizes: (block: number) => readonly number[]
  /** Methods that are also called with an aborted signal. */
  readonly aborted: readonly ("getContent" | "stat" | "list" | "putContent" | "move" | "delete")[]
}

export function classesOf({ labels, chains, neighbours, sizes, aborted }: Scope, capabilities: ResolvedCapabilities): Classes {
  const pairs = routesToPairs(labels, capabilities)
  const routes = routesToChains(labels, chains, capabilities)
  const wanted = new Set(sizes(blockSizeOf(capabilities)).filter((size) => size >= 0))
  const invalid = labels.filter((label) => label !== "append" && !atAWriterOrStream.has(label)).map(methodOf)
  return {
    pairs: [...pairs.keys()],
    chains: [...routes.keys()],
    neighbours: routesToNeighbours(neighbours),
    routes: new Map([...pairs, ...routes]),
    sizes: [...wanted].map(String),
    relations: [...relations],
    kinds: [
      ...[...new Set(invalid)].map((method) => `${method}, invalid path`),
      ...aborted.flatMap((method) => [`${method}, aborted before`, `${method}, aborted during`]),
      ...(labels.includes("walk") ? ["walk, skipping", "walk, stopping", "walk, starting after"] : []),
    ],
  }
}

/** Calls on what an earlier call opened: they carry no path. */
export const atAWriterOrStream: ReadonlySet<Label> = new Set(["readRest", "leave", "write", "close", "commit", "cancel"])

export function methodOf(label: Label): Call["method"] {
  if (label === "move from" || label === "move to") return "move"
  return label === "append" ? "writer" : label
}
