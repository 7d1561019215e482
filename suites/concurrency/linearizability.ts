import { PartitionSearch } from "./search/partition-search.ts"

/** One call of a client. Times are numbers of one clock, in any unit; what returns when another is called overlaps with it. */
export type Operation<Input, Output> = {
  readonly client: number
  readonly input: Input
  readonly called: number
  /** Another operation of the history, called and returned no later, that must take effect before: both are steps of one call. */
  readonly after?: Operation<Input, Output>
} & (
  | { readonly returned: number; readonly output: Output }
  /** Nobody knows what came of it: it may take effect at any time after its call, or never. */
  | { readonly returned?: never; readonly output?: never }
)

/** What a history is held against: how operations work one after another. */
export interface Model<State, Input, Output> {
  /** The states in one of which a history may begin, or each part of it. */
  readonly initial: readonly State[] | ((part: readonly Operation<Input, Output>[]) => readonly State[])
  /**
   * The states that may hold after the operation took effect in this one; none where it cannot have given this output there.
   *
   * @param output undefined for an operation that never returned: then all the states that it may lead to
   */
  step(state: State, input: Input, output: Output | undefined): readonly State[]
  /** Splits a history into parts that have nothing to do with each other, so that each can be searched alone. Default: one part. */
  partition?(operations: readonly Operation<Input, Output>[]): readonly (readonly Operation<Input, Output>[])[]
  /** Equal for equal states, as a key of a Map is. Default: the state itself. */
  key?(state: State): unknown
  /** Whether the operation never changes the state, whichever holds. Histories with many such are searched faster. */
  observes?(input: Input): boolean
}

export interface LinearizabilityOptions {
  /** Milliseconds; default 10,000. */
  readonly time?: number
  /** Bytes, about; default 1 GiB. */
  readonly memory?: number
}

/** An operation at its place in an order, and the state after it. */
export interface Placed<State, Input, Output> {
  readonly operation: Operation<Input, Output>
  readonly state: State
}

export type Linearizability<State, Input, Output> =
  | {
      readonly verdict: "ok"
      /** For each part an order of its operations that the model allows. Those that never returned may be missing. */
      readonly orders: readonly (readonly Placed<State, Input, Output>[])[]
    }
  | {
      readonly verdict: "illegal"
      /** The operations of the part for which there is no order. */
      readonly operations: readonly Operation<Input, Output>[]
      /** The order that comes furthest. */
      readonly order: readonly Placed<State, Input, Output>[]
      /** The operation that had to take effect next, and could not. */
      readonly stuck: Operation<Input, Output> | undefined
    }
  /** The limit of one of the two was reached before the search ended. No part that was searched whole is illegal. */
  | { readonly verdict: "unknown"; readonly limit: "time" | "memory" }

/** Applications of the model's step in a partition's first turn; the next ones are longer. */
const firstTurn = 2_000
const longestTurn = 50_000

/**
 * Whether there is an order of the operations, each at some moment between its call and its return, that the model allows.
 *
 * The search is the just-in-time linearization of Wing & Gong and Lowe ("Testing for linearizability", 2017), with configurations that
 * are remembered, on each part of the history by itself (Horn & Kroening, "Faster linearizability checking via P-compositionality",
 * 2015). The parts take turns that grow: one that explodes does not hide that another is illegal.
 *
 * @throws RangeError for an operation that returns before its call
 */
export function checkLinearizability<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  { time = 10_000, memory = 2 ** 30 }: LinearizabilityOptions = {},
): Linearizability<State, Input, Output> {
  const deadline = performance.now() + time
  const parts = model.partition?.(operations) ?? [operations]
  const found = new Map<number, PartitionSearch<State, Input, Output>>()
  let waiting = parts.map((part, number) => ({ number, search: new PartitionSearch(model, part) }))
  let limit: "memory" | undefined
  for (let turn = firstTurn; waiting.length > 0; turn = Math.min(2 * turn, longestTurn)) {
    const goOn: typeof waiting = []
    for (const { number, search } of waiting) {
      const verdict = search.run(turn)
      if (verdict === "illegal") {
        return { verdict, operations: search.operations, order: search.order(), stuck: search.stuck }
      }
      if (verdict === "ok") found.set(number, search)
      else goOn.push({ number, search })
      if (performance.now() > deadline) return { verdict: "unknown", limit: "time" }
    }
    waiting = withinMemory(goOn, memory)
    if (waiting.length < goOn.length) limit = "memory"
  }
  if (limit !== undefined) return { verdict: "unknown", limit }
  return { verdict: "ok", orders: parts.map((_part, number) => found.get(number)?.order() ?? []) }
}

/** Without the largest searches, as many as take more than there is. */
function withinMemory<Turn extends { readonly search: { readonly bytes: number } }>(turns: Turn[], memory: number): Turn[] {
  const total = turns.reduce((sum, { search }) => sum + search.bytes, 0)
  if (total <= memory) return turns
  const largest = turns.reduce((one, other) => (other.search.bytes > one.search.bytes ? other : one))
  return withinMemory(
    turns.filter((turn) => turn !== largest),
    memory,
  )
}
