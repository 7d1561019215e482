import { type Call, pathsOf } from "./calls.ts"
import { type Possibility, refuses } from "./possibility.ts"
import { entriesBelow, type State, withDoubt, withFile, withUnknown } from "./state.ts"

/** What a call may come to that its caller gives up, or of which nobody heard what came of it. */

/** Methods that change nothing. */
const reading: ReadonlySet<Call["method"]> = new Set(["getContent", "reader", "stat", "list", "walk", "redirectURL"])

const withTheReason = "a rejection with the signal's reason"

/** A call whose signal was aborted before it was made: it rejects with the signal's reason and changes nothing, as a SHOULD. */
export function abortedBefore(state: State, call: Call, made: readonly Possibility[]): readonly Possibility[] {
  const should = "errors/aborted-before-the-call"
  const next = reading.has(call.method) ? state : withDoubt(state, touchedBy(state, call), should)
  const departing = { rule: should, expected: withTheReason, departs: true } as const
  return [
    { rule: ruleOf(made), expected: withTheReason, accepts: ({ kind }) => kind === "aborted", next },
    ...made.map((possibility): Possibility => ({ ...possibility, ...departing })),
    { ...departing, accepts: ({ kind }) => kind === "rejected", next },
  ]
}

/** A call that was aborted while it ran: it may have been done, in part or whole, and may be done later. */
export function abortedDuring(state: State, call: Call, made: readonly Possibility[]): readonly Possibility[] {
  const next = reading.has(call.method) ? state : withUnknown(state, touchedBy(state, call))
  return [
    ...made,
    { rule: ruleOf(made), expected: withTheReason, accepts: ({ kind }) => kind === "aborted", next },
    {
      rule: "cancellation/rejects-with-the-reason-or-succeeds",
      expected: withTheReason,
      accepts: ({ kind }) => kind === "rejected",
      next,
      departs: true,
    },
  ]
}

function ruleOf(possibilities: readonly Possibility[]): string {
  return possibilities[0]?.rule ?? ""
}

/** The states after a call of which nobody heard: it happened, or it did not; a call over several files also in part. */
export function afterLost(state: State, call: Call, made: readonly Possibility[]): readonly State[] {
  const touched = touchedBy(state, call)
  if (call.method === "delete" && touched.length > 1) return [withUnknown(state, touched)]
  const done = made.filter(({ departs }) => departs !== true).map(({ next }) => next)
  const copied = call.method === "move" ? state.files.get(call.source) : undefined
  if (call.method !== "move" || copied === undefined || call.source === call.destination) return [state, ...done]
  return [state, withFile(state, call.destination, { ...copied, origin: "move" }), ...done]
}

/** Paths that may be other than before once the call was made. */
function touchedBy(state: State, call: Call): readonly string[] {
  if (call.method !== "delete") return pathsOf(call)
  const below = [...entriesBelow(state, call.path).files]
  return state.files.has(call.path) || below.length === 0 ? [call.path, ...below] : below
}

/** A path outside the grammar is refused by every method. */
export function refusesInvalid(state: State, path: string): Possibility {
  return refuses("errors/invalid-path-in-every-method", "InvalidPath", path, state)
}
