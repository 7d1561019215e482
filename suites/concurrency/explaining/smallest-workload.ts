import type { Place } from "../recording/history.ts"
import type { Timed, Workload } from "../workload/workload.ts"

/** What was wrong, by the calls that show it. */
export interface Shown {
  readonly shown: readonly Place[]
}

/** A workload that fails, and how. */
export interface Failing<Found extends Shown> {
  readonly workload: Workload
  readonly found: Found
}

/** Runs a workload, and gives what was wrong. `turn` counts the runs of one workload; `smallest` is what the smallest so far fails by. */
type Again<Found extends Shown> = (workload: Workload, turn: number, smallest: Found) => Promise<Found | undefined>

interface ReducingOptions {
  /** How often a smaller workload is run before it counts as one that does not fail. */
  readonly tries: number
  readonly expired: () => boolean
}

/**
 * A workload that still fails with fewer clients, fewer calls and less waiting: one change at a time, and each kept that made it fail
 * again. Where that hangs on chance a smaller one may be missed.
 */
export async function smallestWorkload<Found extends Shown>(
  failingFirst: Failing<Found>,
  again: Again<Found>,
  options: ReducingOptions,
): Promise<Failing<Found>> {
  let smallest = failingFirst
  for (let index = 0; !options.expired(); ) {
    const candidate = smallerOf(smallest)[index]
    if (candidate === undefined) break
    const failing = await failingOf(candidate, (workload, turn) => again(workload, turn, smallest.found), options)
    if (failing === undefined) index++
    else {
      smallest = failing
      index = 0
    }
  }
  return smallest
}

async function failingOf<Found extends Shown>(
  workload: Workload,
  again: (workload: Workload, turn: number) => Promise<Found | undefined>,
  { tries, expired }: ReducingOptions,
): Promise<Failing<Found> | undefined> {
  for (let turn = 0; turn < tries && !expired(); turn++) {
    const found = await again(workload, turn)
    if (found !== undefined) return { workload, found }
  }
  return undefined
}

/** Those that change most come first. */
function smallerOf({ workload, found }: Failing<Shown>): readonly Workload[] {
  const isShown = (client: number, position: number): boolean =>
    found.shown.some((call) => call.client === client && call.position === position)
  const candidates = [
    keeping(workload, isShown),
    ...workload.clients.map((_, left) => keeping(workload, (client) => client !== left)),
    ...workload.clients.flatMap((actions, from) =>
      actions.map((_, left) => keeping(workload, (client, position) => client !== from || position !== left)),
    ),
    withoutWaits(workload),
  ]
  return candidates.filter((candidate) => isSmaller(candidate, workload))
}

/** Clients stay in their places, so that what is told of them stays right; one without calls looks at what is there in the end. */
function keeping(workload: Workload, keeps: (client: number, position: number) => boolean): Workload {
  return {
    ...workload,
    clients: workload.clients.map((actions, client) => actions.filter((_action, position) => keeps(client, position))),
  }
}

function withoutWaits(workload: Workload): Workload {
  return { ...workload, clients: workload.clients.map((actions) => actions.map((action): Timed => ({ ...action, wait: 0 }))) }
}

function isSmaller(candidate: Workload, workload: Workload): boolean {
  const [smaller, larger] = [candidate.clients.flat(), workload.clients.flat()]
  if (smaller.length === 0) return false
  const waits = (actions: readonly Timed[]): number => actions.reduce((sum, { wait }) => sum + wait, 0)
  return smaller.length < larger.length || (smaller.length === larger.length && waits(smaller) < waits(larger))
}
