import { isBelow } from "../../specification/paths.ts"
import { type Action, changes, pathsOf } from "../workload/workload.ts"
import type { Recorded } from "./history.ts"

/** How much of what could meet did meet. */
export interface Overlap {
  /** Calls that were recorded. */
  readonly calls: number
  /** Pairs of calls of different clients on one path, or on a directory and what is below it, of which one changes something. */
  readonly conflicting: number
  /** Those of them that overlapped in time. */
  readonly overlapping: number
  /** The most calls that were under way at a moment. */
  readonly atOnce: number
}

export const noOverlap: Overlap = { calls: 0, conflicting: 0, overlapping: 0, atOnce: 0 }

export function overlapOf(history: readonly Recorded[]): Overlap {
  let conflicting = 0
  let overlapping = 0
  for (const [index, one] of history.entries()) {
    for (const other of history.slice(index + 1)) {
      if (one.client === other.client || !conflict(one.action, other.action)) continue
      conflicting++
      if (one.called < other.returned && other.called < one.returned) overlapping++
    }
  }
  return { calls: history.length, conflicting, overlapping, atOnce: mostAtOnce(history) }
}

export function sumOf(one: Overlap, other: Overlap): Overlap {
  return {
    calls: one.calls + other.calls,
    conflicting: one.conflicting + other.conflicting,
    overlapping: one.overlapping + other.overlapping,
    atOnce: Math.max(one.atOnce, other.atOnce),
  }
}

export function describeOverlap({ calls, conflicting, overlapping, atOnce }: Overlap): string {
  const share = conflicting === 0 ? 0 : Math.round((100 * overlapping) / conflicting)
  return `${overlapping} of ${conflicting} pairs of calls on one path overlapped (${share} %), ${atOnce} of ${calls} calls at once at most`
}

function mostAtOnce(history: readonly Recorded[]): number {
  const changes = history.flatMap(({ called, returned }) => [
    { time: called, by: 1 },
    { time: returned, by: -1 },
  ])
  let underWay = 0
  let most = 0
  for (const { by } of changes.sort((a, b) => a.time - b.time || a.by - b.by)) {
    underWay += by
    most = Math.max(most, underWay)
  }
  return most
}

function conflict(one: Action, other: Action): boolean {
  if (!changes(one) && !changes(other)) return false
  return pathsOf(one).some((path) =>
    pathsOf(other).some((about) => path === about || isBelow(path, about) || isBelow(about, path)),
  )
}
