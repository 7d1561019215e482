import type { Model, Operation } from "../linearizability.ts"

/** Histories for measuring the checker: what a simulated store did, with what it gave. */

export type StoreInput =
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "put" | "append"; readonly key: string; readonly value: string }
export type StoreOperation = Operation<StoreInput, string>

/** A store of strings that are read, replaced and appended to, each key a part of its own. */
export const store: Model<string, StoreInput, string> = {
  initial: [""],
  observes: ({ kind }) => kind === "get",
  partition: (operations) => [...Map.groupBy(operations, ({ input }) => input.key).values()],
  step(state, input, output) {
    if (input.kind === "get") return output === undefined || output === state ? [state] : []
    return [input.kind === "put" ? input.value : state + input.value]
  },
}

export interface Shape {
  readonly operations: number
  readonly clients: number
  readonly keys: number
  /** Share of operations that append; as many put, and all others read. */
  readonly appends: number
  readonly seed: number
}

/**
 * Clients that make one call after another, each taking effect at a random moment of it: all clients have a call under way nearly all
 * of the time.
 */
export function simulate({ operations, clients, keys, appends, seed }: Shape): readonly StoreOperation[] {
  const random = randomFrom(seed)
  const values = new Map<string, string>()
  const free = Array.from({ length: clients }, () => random())
  const made: (StoreOperation & { readonly moment: number })[] = []
  const moments: {
    readonly client: number
    readonly input: StoreInput
    readonly called: number
    readonly moment: number
    readonly returned: number
  }[] = []
  for (let number = 0; number < operations; number++) {
    const client = number % clients
    const called = (free[client] ?? 0) + 0.1 * random()
    const returned = called + 0.2 + random()
    free[client] = returned
    const key = String(Math.floor(random() * keys))
    const kind = random()
    const value = `x ${client} ${number} y`
    const input: StoreInput =
      kind < appends ? { kind: "append", key, value } : kind < 2 * appends ? { kind: "put", key, value } : { kind: "get", key }
    moments.push({ client, input, called, moment: called + random() * (returned - called), returned })
  }
  for (const { client, input, called, moment, returned } of moments.sort((a, b) => a.moment - b.moment)) {
    const value = values.get(input.key) ?? ""
    if (input.kind === "get") {
      made.push({ client, input, called, moment, returned, output: value })
    } else {
      values.set(input.key, input.kind === "put" ? input.value : value + input.value)
      made.push({ client, input, called, moment, returned, output: "" })
    }
  }
  return made
}

/** The history with one read in the middle of it that gives what was there a while ago. */
export function spoil(history: readonly StoreOperation[]): readonly StoreOperation[] {
  const reads = history.flatMap((operation, index) =>
    operation.input.kind === "get" && operation.output !== "" ? [{ operation, index }] : [],
  )
  for (const { operation, index } of reads.slice(Math.floor(reads.length * 0.6))) {
    const older = reads.find(
      ({ operation: { input, output, returned } }) =>
        input.key === operation.input.key && output !== operation.output && (returned ?? 0) < operation.called - 3,
    )
    if (older === undefined || operation.returned === undefined) continue
    const spoilt: StoreOperation = { ...operation, returned: operation.returned, output: older.operation.output ?? "" }
    return history.map((kept, at) => (at === index ? spoilt : kept))
  }
  throw new Error("no read of the history can be spoilt")
}

/** Writes of one key that all overlap, in groups, each followed by a read: how many orders there are is the factorial of a group. */
export function overlapping(groups: number, group: number): readonly StoreOperation[] {
  return Array.from({ length: groups }, (_, number) => {
    const writes = Array.from({ length: group }, (_write, client): StoreOperation => {
      const input: StoreInput = { kind: "put", key: "0", value: `${number} ${client}` }
      return { client, input, called: 10 * number + client / 100, returned: 10 * number + 5 + client / 100, output: "" }
    })
    const seen = `${number} ${number % group}`
    return [
      ...writes,
      {
        client: 0,
        input: { kind: "get", key: "0" },
        called: 10 * number + 8,
        returned: 10 * number + 9,
        output: seen,
      } satisfies StoreOperation,
    ]
  }).flat()
}

/** Numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
