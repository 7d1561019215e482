import { describeCount } from "../../fixtures/content-diagnosis.ts"
import type { CallOf, Outcome } from "./calls.ts"
import { contentRules, missing } from "./files.ts"
import { anything, gives, otherwise, type Possibility, succeeds } from "./possibility.ts"
import { presentAt, type State, withStream } from "./state.ts"

/** What streams that are read in parts may come to. */

export function readStart(state: State, { path, offset, length }: CallOf<"readStart">): readonly Possibility[] {
  const present = presentAt(state, path)
  if (present.kind === "unknown") {
    return [anything(withStream(state, path, { offset, seen: [], since: "anything" }))]
  }
  if (present.kind !== "file") return [missing(state, path, "reader/missing-is-path-not-found")]
  const { content, origin } = present.file
  const rule = offset === 0 ? "reader/round-trip" : "reader/offset"
  const least = Math.min(length, content.length - offset)
  return [
    {
      rule: origin === "put" ? rule : contentRules[origin],
      expected: `${describeCount(least)} of content ${content.object} or more`,
      accepts: (outcome) =>
        outcome.kind === "bytes" &&
        outcome.bytes.length >= least &&
        outcome.bytes.length <= content.length - offset &&
        outcome.bytes.isPartOf(content, offset),
      next: withStream(state, path, { offset, seen: [content], since: "nothing" }),
    },
  ]
}

/** Where the file changed meanwhile it is a SHOULD that the old content comes whole, the new one or an error, and no mixture of them. */
export function readRest(state: State, { path }: CallOf<"readRest">): readonly Possibility[] {
  const stream = state.streams.get(path)
  if (stream === undefined) return []
  const { offset, seen, since } = stream
  const left = withStream(state, path, undefined)
  if (since === "anything") return [anything(left)]
  const rule = "reader/round-trip"
  const whole = seen.filter(({ length }) => offset <= length).map((content) => gives(rule, content, offset, left))
  if (since === "nothing") return whole
  const fails = ({ kind }: Outcome): boolean => kind === "rejected"
  const should = since === "overwrite" ? "reader/across-an-overwrite" : "reader/across-a-delete"
  return [
    ...whole,
    { rule, expected: "an error", accepts: fails, next: left },
    otherwise(should, "the content of one moment, whole, or an error", left),
  ]
}

export function leave(state: State, { path }: CallOf<"leave">): readonly Possibility[] {
  return [succeeds("reader/left-half-read", withStream(state, path, undefined))]
}
