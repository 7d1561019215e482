import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { checkLinearizability, type Linearizability, type Model, type Operation } from "./linearizability.ts"
import { existsOrder } from "./search/brute-force.ts"

type Input = { readonly write: number } | { readonly from: number; readonly to: number } | "read" | "toss"

/** A register that is written, compared and swapped, and tossed: then it holds 0 or 1, nobody knows which. */
const register: Model<number, Input, number | boolean> = {
  initial: [0],
  observes: (input) => input === "read",
  step(state, input, output) {
    if (input === "read") return output === undefined || output === state ? [state] : []
    if (input === "toss") return [0, 1]
    if ("write" in input) return [input.write]
    const swaps = state === input.from
    return output === undefined || output === swaps ? [swaps ? input.to : state] : []
  },
}

type RegisterOperation = Operation<Input, number | boolean>

/** One line a client: `W1` writes, `R1` reads, `C12+` swaps 1 for 2 and `C12-` does not, `T` tosses; `…` is no return. */
function history(...clients: readonly string[]): readonly RegisterOperation[] {
  return clients.flatMap((line, client) =>
    [...line.matchAll(/([WRCT])(\d?)(\d?)([+-]?)([-.]*)([|…])/g)].map((match): RegisterOperation => {
      const [text, kind, first, second, swapped] = match
      const called = match.index
      const input: Input =
        kind === "W"
          ? { write: Number(first) }
          : kind === "C"
            ? { from: Number(first), to: Number(second) }
            : kind === "T"
              ? "toss"
              : "read"
      if (text.endsWith("…")) return { client, input, called }
      const output = kind === "R" ? Number(first) : kind === "C" ? swapped === "+" : true
      return { client, input, called, returned: called + text.length - 1, output }
    }),
  )
}

function verdictOf(operations: readonly RegisterOperation[]): Linearizability<unknown, unknown, unknown>["verdict"] {
  return checkLinearizability(register, operations).verdict
}

describe("known histories", () => {
  test.each([
    ["nothing at all", [""], "ok"],
    ["one after the other", ["W1..|R1..|W2..|R2..|"], "ok"],
    ["a stale read", ["W1..|R0..|"], "illegal"],
    ["overlapping with a write, a read sees either", ["W1......|", "R0|.R1|"], "ok"],
    ["new, then old again", ["W1......|", "R1|.R0|"], "illegal"],
    ["two readers that disagree on the order of two writes", ["W1....|", "W2....|", "      .R1|R2|", "      .R2|R1|"], "illegal"],
    ["a write that never returned may be seen late", ["W1…", "   R0|.R0|.R1|.R1|"], "ok"],
    ["or never", ["W1…", "   R0|.R0|.R0|"], "ok"],
    ["but it is not taken back", ["W1…", "   R0|.R1|.R0|"], "illegal"],
    ["of two swaps one succeeds", ["C01+..|", "C02-..|", "       R1|"], "ok"],
    ["not both", ["C01+..|", "C02+..|"], "illegal"],
    ["a toss gives either", ["T..|R1|.R1|"], "ok"],
    ["but only one", ["T..|R1|.R0|"], "illegal"],
    ["and no third", ["T..|R2|"], "illegal"],
    ["what returns when another is called overlaps with it", ["W1..|", "    R0|"], "ok"],
  ] as const)("%s", (_what, clients, verdict) => {
    expect(verdictOf(history(...clients))).toBe(verdict)
  })

  test("an operation that returns before its call is refused", () => {
    expect(() => checkLinearizability(register, [{ client: 1, input: "read", called: 2, returned: 1, output: 0 }])).toThrow(
      RangeError,
    )
  })
})

const operation = fc.record({
  client: fc.nat({ max: 3 }),
  input: fc.oneof(
    fc.constant<Input>("read"),
    fc.constant<Input>("toss"),
    fc.record({ write: fc.nat({ max: 2 }) }),
    fc.record({ from: fc.nat({ max: 2 }), to: fc.nat({ max: 2 }) }),
  ),
  called: fc.nat({ max: 8 }),
  takes: fc.option(fc.nat({ max: 6 }), { freq: 6 }),
  value: fc.nat({ max: 2 }),
  chained: fc.boolean(),
})

/** Histories of any kind, legal or not; some operations are second steps of a call. */
const anyHistory = fc.array(operation, { maxLength: 6 }).map((drawn) => {
  const made: RegisterOperation[] = []
  for (const { client, input, called, takes, value, chained } of drawn) {
    const output = input === "read" ? value : typeof input === "object" && "from" in input ? value === 0 : true
    const times = takes === null ? { called } : { called, returned: called + takes, output }
    const first = { client, input, ...times }
    made.push(first)
    if (chained)
      made.push({
        client,
        input: { write: value },
        after: first,
        called,
        ...(takes === null ? {} : { returned: called + takes, output: true }),
      })
  }
  return made
})

test("the verdict is that of trying every order", () => {
  fc.assert(
    fc.property(anyHistory, (operations) => {
      const expected = existsOrder(register, operations) ? "ok" : "illegal"
      expect(verdictOf(operations)).toBe(expected)
      const { observes: _, ...unaware } = register
      expect(checkLinearizability(unaware, operations).verdict).toBe(expected)
    }),
    { numRuns: 3_000 },
  )
})

test("the verdict is that of trying every order, on each history of three short operations", () => {
  const inputs: readonly (readonly [Input, number | boolean])[] = [
    ["read", 0],
    ["read", 1],
    [{ write: 1 }, true],
    [{ from: 0, to: 1 }, true],
    [{ from: 0, to: 1 }, false],
  ]
  const times = [0, 1, 2].flatMap((called) =>
    [1, 2, 3].filter((returned) => returned > called).map((returned) => ({ called: 2 * called, returned: 2 * returned - 1 })),
  )
  const operations = inputs.flatMap(([input, output]) =>
    times.map((time): RegisterOperation => ({ client: 0, input, output, ...time })),
  )
  let illegal = 0
  for (const [index, first] of operations.entries()) {
    for (const [other, second] of operations.entries()) {
      if (other < index) continue
      for (const third of operations.slice(other)) {
        const all = [first, second, third].map((made, client) => ({ ...made, client }))
        const expected = existsOrder(register, all)
        if (verdictOf(all) !== (expected ? "ok" : "illegal")) expect(all).toBe(expected)
        if (!expected) illegal++
      }
    }
  }
  expect(illegal).toBeGreaterThan(500)
})

/** A history that a real register could have left, and the moments at which the operations took effect. */
const legalHistory = fc
  .array(
    fc.record({
      client: fc.nat({ max: 4 }),
      write: fc.option(fc.nat({ max: 9 })),
      gap: fc.nat({ max: 9 }),
      before: fc.nat({ max: 30 }),
      behind: fc.nat({ max: 30 }),
    }),
    { maxLength: 60 },
  )
  .map((drawn) => {
    let value = 0
    let moment = 100
    return drawn.map(({ client, write, gap, before, behind }): RegisterOperation => {
      moment += gap + 1
      if (write !== null) value = write
      const input: Input = write === null ? "read" : { write }
      return { client, input, output: write === null ? value : true, called: moment - before, returned: moment + behind }
    })
  })

test("what a real register did is legal, and the order that is given is one", () => {
  fc.assert(
    fc.property(legalHistory, (operations) => {
      const result = checkLinearizability(register, operations)
      expect(result.verdict).toBe("ok")
      if (result.verdict !== "ok") return
      const [order = []] = result.orders
      expect(order).toHaveLength(operations.length)
      let state = 0
      for (const [index, { operation: placed, state: next }] of order.entries()) {
        expect(register.step(state, placed.input, placed.output)).toContain(next)
        state = next
        for (const { operation: later } of order.slice(index + 1))
          expect(later.returned ?? Infinity).toBeGreaterThanOrEqual(placed.called)
      }
    }),
  )
})

test("a value that was never written is illegal wherever it is read, and the read is named", () => {
  fc.assert(
    fc.property(legalHistory, fc.nat(), (operations, number) => {
      const reads = operations.filter(({ input }) => input === "read")
      const spoilt = reads[number % Math.max(1, reads.length)]
      fc.pre(spoilt !== undefined)
      const changed = operations.map(
        (made): RegisterOperation => (made === spoilt ? { ...made, returned: made.called + 1, output: 77 } : made),
      )
      const result = checkLinearizability(register, changed)
      expect(result).toMatchObject({ verdict: "illegal", stuck: { output: 77 } })
    }),
  )
})

/** Registers by name, each a part of its own. */
const registers: Model<number, { readonly key: string; readonly input: Input }, number | boolean> = {
  initial: [0],
  step: (state, { input }, output) => register.step(state, input, output),
  partition: (operations) => [...Map.groupBy(operations, ({ input }) => input.key).values()],
}

/** Writes that all overlap, of different values, and a read of a value that none wrote: every order has to be tried. */
function explosive(
  key: string,
  count: number,
  read: number,
): readonly Operation<{ key: string; input: Input }, number | boolean>[] {
  const writes = Array.from({ length: count }, (_, client) => ({
    client,
    input: { key, input: { write: client + 1 } },
    called: 0,
    returned: 10,
    output: true,
  }))
  return [...writes, { client: count, input: { key, input: "read" as const }, called: 20, returned: 30, output: read }]
}

test("a part that explodes does not hide that another is illegal", () => {
  const guilty = explosive("guilty", 4, 99)
  const result = checkLinearizability(registers, [...explosive("harmless", 40, 99), ...guilty], { time: 60_000 })
  expect(result).toMatchObject({ verdict: "illegal", stuck: { input: { key: "guilty" } } })
})

test("whatever limit is reached, the verdict is not ok", () => {
  const operations = [...explosive("harmless", 40, 99), ...explosive("fine", 3, 2)]
  expect(checkLinearizability(registers, operations, { memory: 2 ** 20, time: 60_000 })).toEqual({
    verdict: "unknown",
    limit: "memory",
  })
  expect(checkLinearizability(registers, operations, { time: 0 })).toEqual({ verdict: "unknown", limit: "time" })
})

test("more operations than bits in a word may be under way", () => {
  expect(checkLinearizability(registers, explosive("many", 100, 100))).toMatchObject({ verdict: "ok" })
})
