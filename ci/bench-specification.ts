import { constantFrom, integer, oneof, record, sample } from "fast-check"
import type { Call, Outcome } from "../suites/specification/calls.ts"
import { emptyState, type State } from "../suites/specification/state.ts"
import { possibilitiesOf, stepAll } from "../suites/specification/step.ts"

/** How many calls a second the specification judges, by itself: `npm run bench:specification`. */

const paths = ["/a", "/b", "/a/a", "/a/b", "/ab", "/a-b", "/a.b/c", "/a/b/c", "/b/a"]
const path = constantFrom(...paths)
const call = oneof(
  record({ method: constantFrom("getContent", "stat", "list", "walk", "delete"), path }),
  record({
    method: constantFrom("putContent"),
    path,
    content: record({ object: integer({ min: 1, max: 9 }), version: constantFrom(0), length: integer({ min: 0, max: 99 }) }),
  }),
  record({ method: constantFrom("move"), source: path, destination: path }),
)
const calls: readonly Call[] = sample(call, { seed: 1, numRuns: 20_000 })
const done: Outcome = { kind: "done" }

/** An outcome that the first possibility accepts, as far as reads go by an answer that everything accepts. */
function outcomeOf(state: State, each: Call): Outcome {
  const [first] = possibilitiesOf(state, each)
  if (first?.accepts(done) === true) return done
  return { kind: "rejected", code: "PathNotFound", path: "path" in each ? each.path : each.source }
}

const prepared = calls.map((each) => ({ each, outcome: outcomeOf(emptyState, each) }))
let states: readonly State[] = [emptyState]
const started = performance.now()
for (const [number, { each, outcome }] of prepared.entries()) {
  const judged = stepAll(states, each, outcome)
  states = judged.states.length > 0 && number % 50 !== 49 ? judged.states : [emptyState]
}
const seconds = (performance.now() - started) / 1_000
process.stdout.write(`${Math.round(prepared.length / seconds)} calls judged a second, in sequences of at most 50\n`)
