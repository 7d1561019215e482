import type { Call } from "../specification/calls.ts"
import type { Classes } from "./classes.ts"
import type { Command, Label } from "./commands.ts"
import { chainOf, kindsOf, labelsIn } from "./coverage.ts"

/** Something that one sequence is to try. */
export type Goal =
  /** Calls that follow each other at one path, and a way to make them. */
  | { readonly kind: "chain"; readonly labels: readonly Label[]; readonly route: readonly Call[] }
  /** Changes that follow each other at two files of one directory. */
  | { readonly kind: "neighbours"; readonly route: readonly Call[] }
  | { readonly kind: "size"; readonly bytes: number }
  | { readonly kind: "variant"; readonly variant: string }

/** What sequences are to try between them. How paths lie to each other comes about by itself. */
function goalsOf({ routes, neighbours, sizes, kinds }: Classes): readonly Goal[] {
  return [
    ...[...routes].map(([chain, route]): Goal => ({ kind: "chain", labels: labelsIn(chain), route })),
    ...[...neighbours.values()].map((route): Goal => ({ kind: "neighbours", route })),
    ...sizes.map((bytes): Goal => ({ kind: "size", bytes: Number(bytes) })),
    ...kinds.map((variant): Goal => ({ kind: "variant", variant })),
  ]
}

/** Sequences among which all goals are shared out at most: one has no room for more goals than this leaves it, nor time for fewer. */
const longestTurn = 30

/**
 * Shares the goals out among sequences by their number alone, each to two of them or more, so that what is tried depends neither on how many run
 * side by side nor on what came of the others.
 *
 * @param runs sequences by which all goals are to have had their turns
 */
export function goalsOfEach(classes: Classes, runs: number): (index: number) => readonly Goal[] {
  const goals = goalsOf(classes)
  const turns = Math.max(1, Math.min(longestTurn, Math.floor(runs / 2)))
  return (index) => goals.filter((_goal, number) => number % turns === index % turns)
}

/**
 * Whether a command reaches a goal.
 *
 * @param histories what was done at each of the command's paths, the command itself last
 */
export function reaches(goal: Goal, command: Command, histories: readonly (readonly Label[])[]): boolean {
  switch (goal.kind) {
    case "chain":
      return histories.some((history) => chainOf(history.slice(-goal.labels.length)) === chainOf(goal.labels))
    case "neighbours":
      return false
    case "size":
      return "length" in command && command.method !== "readStart" && command.length === goal.bytes
    case "variant":
      return kindsOf(command).includes(goal.variant)
  }
}
