import { isValidDirectoryPath } from "../../drivers/contract.ts"
import { type Call, type Outcome, pathsOf } from "./calls.ts"
import { deletion, getContent, move, putContent, reader, redirectURL, stat } from "./files.ts"
import { abortedBefore, abortedDuring, afterLost, refusesInvalid } from "./interruptions.ts"
import { list, walk } from "./listings.ts"
import { isBelow } from "./paths.ts"
import { anything, otherwise, type Possibility } from "./possibility.ts"
import { keyOf, type State, withUnknown } from "./state.ts"
import { leave, readRest, readStart } from "./streams.ts"
import { whyUndefined } from "./undefined.ts"
import { cancel, close, commit, write, writer } from "./uploads.ts"

/**
 * All that may come of a call, the most likely first. Empty for a call that is not to be made: see undefined.ts.
 *
 * This is the contract: what a driver must do, method by method.
 */
export function possibilitiesOf(state: State, call: Call): readonly Possibility[] {
  const invalid = invalidPathOf(call)
  if (invalid !== undefined) return [refusesInvalid(state, invalid)]
  const why = whyUndefined(state, call)
  if (why !== undefined) {
    return why.leavesUnknown === undefined ? [] : [anything(withUnknown(state, why.leavesUnknown(call)))]
  }
  const made = doubted(state, call, whenMade(state, call))
  if (call.abort === undefined) return made
  return call.abort === "before" ? abortedBefore(state, call, made) : abortedDuring(state, call, made)
}

function invalidPathOf(call: Call): string | undefined {
  return pathsOf(call).find((path) => !isValidDirectoryPath(path))
}

function whenMade(state: State, call: Call): readonly Possibility[] {
  switch (call.method) {
    case "getContent":
      return getContent(state, call)
    case "reader":
      return reader(state, call)
    case "readStart":
      return readStart(state, call)
    case "readRest":
      return readRest(state, call)
    case "leave":
      return leave(state, call)
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
    case "redirectURL":
      return redirectURL(state, call)
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

/** Where only a SHOULD says what is there, whatever else comes of a call departs from that SHOULD and leaves nothing known. */
function doubted(state: State, call: Call, made: readonly Possibility[]): readonly Possibility[] {
  if (state.doubtful.size === 0) return made
  const concerned = [...state.doubtful].filter(([path]) =>
    pathsOf(call).some((about) => about === path || isBelow(path, about) || isBelow(about, path)),
  )
  const [first] = concerned
  if (first === undefined) return made
  const expected = made.map((possibility) => possibility.expected).join(", or ")
  const paths = concerned.map(([path]) => path)
  return [...made, otherwise(first[1], expected, withUnknown(state, paths))]
}

/** The states that may hold after the call came to the outcome; none means that the contract was broken. */
export function step(state: State, call: Call, outcome: Outcome): readonly State[] {
  return stepAll([state], call, outcome).states
}

/** A promise that was not kept. */
export interface Breach {
  /** Id of the rule that it stands for. */
  readonly rule: string
  readonly expected: string
}

/** What came of judging a call in all states that may hold. */
export interface Judged {
  /** The states that may hold now; none where a MUST was broken. */
  readonly states: readonly State[]
  /** The MUST that was broken. */
  readonly breach?: Breach
  /** The SHOULD that the driver departs from, in whichever state it was. */
  readonly departure?: Breach
}

/** As {@link step}, from each of the states that may hold. */
export function stepAll(states: readonly State[], call: Call, outcome: Outcome): Judged {
  if (outcome.kind === "lost") {
    return { states: distinct(states.flatMap((state) => afterLost(state, call, possibilitiesOf(state, call)))) }
  }
  const all = states.flatMap((state) => possibilitiesOf(state, call))
  const accepting = all.filter(({ accepts }) => accepts(outcome))
  const kept = accepting.filter(isKept)
  if (kept.length > 0) return { states: distinct(kept.map(({ next }) => next)) }
  if (accepting.length === 0) return { states: [], breach: breachOf(all.filter(isKept)) }
  return { states: distinct(accepting.map(({ next }) => next)), departure: breachOf(accepting) }
}

function isKept({ departs }: Possibility): boolean {
  return departs !== true
}

/** Rules that say of everything what others say of something: where one of those fits, it tells more. */
const general: ReadonlySet<string> = new Set(["content/round-trip", "reader/round-trip", "stat/file", "move/content-arrives"])

function breachOf(possibilities: readonly Possibility[]): Breach {
  const expected = [...new Set(possibilities.map((possibility) => possibility.expected))]
  const rules = possibilities.map(({ rule }) => rule)
  return { rule: rules.find((rule) => !general.has(rule)) ?? rules[0] ?? "", expected: expected.join(", or ") }
}

/** Whether the contract says what comes of the call, whichever of the states holds. */
export function isDefined(states: readonly State[], call: Call): boolean {
  return invalidPathOf(call) !== undefined || states.every((state) => whyUndefined(state, call) === undefined)
}

/** Whether the call may be made, whichever of the states holds: it is defined, or what it leaves open is known. */
export function canBeMade(states: readonly State[], call: Call): boolean {
  return states.every((state) => possibilitiesOf(state, call).length > 0)
}

function distinct(states: readonly State[]): readonly State[] {
  if (states.length < 2) return states
  return [...new Map(states.map((state) => [keyOf(state), state])).values()]
}
