import type { Call, Outcome } from "./calls.ts"
import { deletion, getContent, move, putContent, reader, stat } from "./files.ts"
import { list, walk } from "./listings.ts"
import type { Possibility } from "./possibility.ts"
import { keyOf, type State } from "./state.ts"
import { whyUndefined } from "./undefined.ts"
import { cancel, close, commit, write, writer } from "./uploads.ts"

/**
 * All that may come of a call, the most likely first. Empty for a call that is undefined: see undefined.ts.
 *
 * This is the contract: what a driver must do, method by method.
 */
export function possibilitiesOf(state: State, call: Call): readonly Possibility[] {
  if (whyUndefined(state, call) !== undefined) return []
  switch (call.method) {
    case "getContent":
      return getContent(state, call)
    case "reader":
      return reader(state, call)
    case "putContent":
      return putContent(state, call)
    case "stat":
      return stat(state, call)
    case "list":
      return list(state, call)
    case "walk":
      return walk(state, call)
    case "move":
      return move(state, call)
    case "delete":
      return deletion(state, call)
    case "writer":
      return writer(state, call)
    case "write":
      return write(state, call)
    case "close":
      return close(state, call)
    case "commit":
      return commit(state, call)
    case "cancel":
      return cancel(state, call)
  }
}

/** The states that may hold after the call came to the outcome; none means that the contract was broken. */
export function step(state: State, call: Call, outcome: Outcome): readonly State[] {
  const possibilities = possibilitiesOf(state, call)
  if (outcome.kind === "lost") return distinct([state, ...possibilities.map(({ next }) => next)])
  return distinct(possibilities.filter(({ accepts }) => accepts(outcome)).map(({ next }) => next))
}

/** The promise that was broken where `step` gives no state. */
export interface Breach {
  /** Id of the rule that it stands for. */
  readonly rule: string
  readonly expected: string
}

/** As {@link step}, from each of the states that may hold. */
export function stepAll(
  states: readonly State[],
  call: Call,
  outcome: Outcome,
): { readonly states: readonly State[]; readonly breach?: Breach } {
  const next = distinct(states.flatMap((state) => step(state, call, outcome)))
  return next.length > 0 ? { states: next } : { states: next, breach: breachOf(states, call) }
}

function breachOf(states: readonly State[], call: Call): Breach {
  const all = states.flatMap((state) => possibilitiesOf(state, call))
  const expected = [...new Set(all.map((possibility) => possibility.expected))]
  return { rule: all[0]?.rule ?? "", expected: expected.join(", or ") }
}

/** Whether the contract says what comes of the call, whichever of the states holds. */
export function isDefined(states: readonly State[], call: Call): boolean {
  return states.every((state) => whyUndefined(state, call) === undefined)
}

function distinct(states: readonly State[]): readonly State[] {
  if (states.length < 2) return states
  return [...new Map(states.map((state) => [keyOf(state), state])).values()]
}
