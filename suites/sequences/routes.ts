import type { Call } from "../specification/calls.ts"
import { isBelow } from "../specification/paths.ts"
import { type Declared, initialState, keyOf, type State } from "../specification/state.ts"
import { isDefined, possibilitiesOf } from "../specification/step.ts"
import type { Label } from "./commands.ts"
import { chainOf } from "./coverage.ts"

/** Where a route works: the path that the labels are about, one beside it, and one below it. */
const here = "/a"
const beside = "/b"
const below = "/a/x"

const content = { object: 1, version: 0 } as const

/** A state of knowledge on the way: what may hold, and how it came about. */
interface Node {
  readonly states: readonly State[]
  readonly last: Label | undefined
  readonly calls: readonly Call[]
}

/**
 * The pairs of calls that may follow each other at one path, each with the shortest calls that lead there from an empty storage on,
 * found by making them on the specification. Their paths are to be replaced: see {@link relocatedRoute}.
 */
export function routesToPairs(chosen: readonly Label[], declared: Declared): ReadonlyMap<string, readonly Call[]> {
  const routes = new Map<string, readonly Call[]>()
  const seen = new Set<string>()
  const pending: Node[] = [{ states: [initialState(declared)], last: undefined, calls: [] }]
  for (let node = pending.shift(); node !== undefined; node = pending.shift()) {
    const key = `${node.last} ${node.states.map(keyOf).sort().join(" ")}`
    if (seen.has(key)) continue
    seen.add(key)
    for (const label of chosen) {
      for (const steps of stepsOf(label)) {
        const reached = followed(node, label, steps)
        if (reached.length === 0) continue
        if (node.last !== undefined && !routes.has(chainOf([node.last, label])))
          routes.set(chainOf([node.last, label]), [...node.calls, ...steps])
        pending.push(...reached)
      }
    }
    // What lies below makes the path a directory, without a call there.
    pending.push(...followed(node, node.last, [{ method: "putContent", path: below, content: { ...content, length: 2 } }]))
  }
  return routes
}

/** What callers look with, and what changes what they see: whoever remembers an answer is found out by look, change, look again. */
const looks: readonly Label[] = ["stat", "getContent", "reader"]
const changes: readonly (readonly Label[])[] = [
  ["putContent"],
  ["move from"],
  ["move to"],
  ["delete"],
  ["writer", "write", "commit"],
]

/** The calls of longer chains at one path: looking on both sides of a change, and the chains that are given. */
export function routesToChains(
  chosen: readonly Label[],
  given: readonly (readonly Label[])[],
  declared: Declared,
): ReadonlyMap<string, readonly Call[]> {
  const around = looks.flatMap((look) => changes.map((change): readonly Label[] => ["putContent", look, ...change, look]))
  const possible = around.filter((chain) => chain.every((label) => chosen.includes(label)))
  const start: Node = { states: [initialState(declared)], last: undefined, calls: [] }
  return new Map(
    [...possible, ...given].map((chain) => {
      const calls = chain.flatMap((label) => stepsOf(label).at(-1) ?? [])
      if (followed(start, undefined, calls).length === 0) throw new Error(`the contract does not define ${chainOf(chain)}`)
      return [chainOf(chain), calls] as const
    }),
  )
}

const [one, other] = [`${here}/x`, `${here}/y`]

/**
 * The pairs of changes to two files that are alone in a directory, each with its calls: what a driver keeps for a directory, and for
 * one that has just become empty, shows there.
 */
export function routesToNeighbours(chosen: readonly Label[]): ReadonlyMap<string, readonly Call[]> {
  const pairs = chosen.flatMap((first) => chosen.map((second) => [first, second] as const))
  return new Map(
    pairs.map(([first, second]) => {
      const [atOne, atOther] = [changeAt(first, one), changeAt(second, other)]
      return [chainOf([first, second]), [...atOne.before, ...atOther.before, atOne.call, atOther.call]]
    }),
  )
}

/** A call that does this at the path, and those that it needs before. */
function changeAt(label: Label, path: string): { readonly before: readonly Call[]; readonly call: Call } {
  const put = (at: string): Call => ({ method: "putContent", path: at, content: { ...content, length: 2 } })
  const elsewhere = beside + path.slice(here.length).replaceAll("/", "-")
  switch (label) {
    case "putContent":
      return { before: [], call: put(path) }
    case "delete":
      return { before: [put(path)], call: { method: label, path } }
    case "move from":
      return { before: [put(path)], call: { method: "move", source: path, destination: elsewhere } }
    case "move to":
      return { before: [put(elsewhere)], call: { method: "move", source: elsewhere, destination: path } }
    case "commit":
      return {
        before: [
          { method: "writer", path, append: false, content },
          { method: "write", path, length: 1 },
        ],
        call: { method: label, path },
      }
    default:
      throw new Error(`${label} changes nothing`)
  }
}

/** What may be known after these calls; nothing where one of them is not defined in all states that may hold. */
function followed(node: Node, last: Label | undefined, steps: readonly Call[]): readonly Node[] {
  let nodes: readonly (readonly State[])[] = [node.states]
  for (const call of steps) nodes = nodes.flatMap((states) => outcomesOf(states, call))
  return nodes.map((states) => ({ states: boiledDown(states), last, calls: [...node.calls, ...steps] }))
}

/** The states that may hold, one set for each thing that may be seen to come of the call. */
function outcomesOf(states: readonly State[], call: Call): readonly (readonly State[])[] {
  if (!isDefined(states, call)) return []
  const possible = states.flatMap((state) => possibilitiesOf(state, call)).filter(({ departs }) => departs !== true)
  const bySight = Map.groupBy(possible, ({ expected }) => expected)
  return [...bySight.values()].map((possibilities) => possibilities.map(({ next }) => next))
}

function boiledDown(states: readonly State[]): readonly State[] {
  const small = states.map(atOnePath)
  return [...new Map(small.map((state) => [keyOf(state), state])).values()]
}

/** What a state says of the one path and what is below it, and nothing that would go on for ever. */
function atOnePath(state: State): State {
  const only = <Value>(entries: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> =>
    new Map([...entries].filter(([path]) => path === here || isBelow(path, here)))
  const uploads = [...only(state.uploads)].map(
    ([path, upload]) => [path, { ...upload, accepted: Math.min(1, upload.accepted) }] as const,
  )
  const streams = [...only(state.streams)].map(([path, stream]) => [path, { ...stream, seen: stream.seen.slice(0, 1) }] as const)
  return {
    ...initialState(state.declared),
    files: only(state.files),
    uploads: new Map(uploads),
    streams: new Map(streams),
  }
}

/** The calls that do this at the path, what they need beside it included. */
function stepsOf(label: Label): readonly (readonly Call[])[] {
  switch (label) {
    case "putContent":
      return [0, 2].map((length) => [{ method: label, path: here, content: { ...content, length } }])
    case "reader":
      return [[{ method: label, path: here, offset: 0 }]]
    case "readStart":
      return [[{ method: label, path: here, offset: 0, length: 1 }]]
    case "move from":
      return [[{ method: "move", source: here, destination: beside }]]
    case "move to":
      return [
        [
          { method: "putContent", path: beside, content: { ...content, length: 2 } },
          { method: "move", source: beside, destination: here },
        ],
      ]
    case "writer":
    case "append":
      return [[{ method: "writer", path: here, append: label === "append", content }]]
    case "write":
      return [[{ method: label, path: here, length: 1 }]]
    default:
      return [[{ method: label, path: here }]]
  }
}

/** The calls of a route under a name of their own; what lies beside is put there first, not between calls that are to follow each other. */
export function relocatedRoute(route: readonly Call[], name: string): readonly Call[] {
  const first = route.findIndex((call) => call.method === "putContent" && call.path === beside)
  const ordered = first === -1 ? route : [...route.slice(first, first + 1), ...route.slice(0, first), ...route.slice(first + 1)]
  return ordered.map((call) => relocated(call, name))
}

function relocated(call: Call, name: string): Call {
  const moved = (path: string): string =>
    path.startsWith(beside) ? `${name}-beside${path.slice(beside.length)}` : name + path.slice(here.length)
  return call.method === "move"
    ? { ...call, source: moved(call.source), destination: moved(call.destination) }
    : { ...call, path: moved(call.path) }
}
