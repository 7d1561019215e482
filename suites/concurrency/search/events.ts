import type { Operation } from "../linearizability.ts"

/** The calls and returns of a history in the order of their times. */
export interface Events {
  /** The number of an operation for its call, the complement of it for its return. A call comes before a return of the same time. */
  readonly events: Int32Array
  /** For each operation the bit that stands for it while it is under way. */
  readonly slots: Int32Array
  /** Bits that are needed: as many operations were under way at a time. */
  readonly width: number
  /** For each operation the index of its return; that of no event where it has none. */
  readonly returns: Int32Array
  /** For each operation the number of the one that must take effect before it; -1 for none. */
  readonly after: Int32Array
  /** Whether there is one that comes after another. */
  readonly chained: boolean
}

/** @throws RangeError where an operation returns before it is called, or the one that it comes after does not stand before it */
export function eventsOf(operations: readonly Operation<unknown, unknown>[]): Events {
  const numbers = new Map(operations.map((operation, number) => [operation, number]))
  const ordered: { readonly time: number; readonly event: number }[] = []
  for (const [number, { called, returned }] of operations.entries()) {
    ordered.push({ time: called, event: number })
    if (returned === undefined) continue
    if (!(returned >= called)) throw new RangeError(`operation ${number} returns at ${returned}, before its call at ${called}`)
    ordered.push({ time: returned, event: ~number })
  }
  ordered.sort((a, b) => a.time - b.time || Number(a.event < 0) - Number(b.event < 0) || Math.abs(a.event) - Math.abs(b.event))
  const events = Int32Array.from(ordered, ({ event }) => event)
  const slots = new Int32Array(operations.length)
  const returns = new Int32Array(operations.length).fill(events.length)
  const free: number[] = []
  let width = 0
  for (const [index, event] of events.entries()) {
    if (event >= 0) {
      slots[event] = free.pop() ?? width++
    } else {
      free.push(slots[~event] ?? 0)
      returns[~event] = index
    }
  }
  const after = Int32Array.from(operations, ({ after: earlier }) => {
    if (earlier === undefined) return -1
    const number = numbers.get(earlier)
    if (number === undefined) throw new RangeError("an operation comes after one that is no part of its partition")
    return number
  })
  for (const [number, operation] of operations.entries()) demandOrder(operation, number, after[number] ?? -1)
  return { events, slots, width, returns, after, chained: after.some((number) => number >= 0) }
}

/** Then whatever is followed in the order of the events meets the earlier of the two first. */
function demandOrder({ called, returned, after }: Operation<unknown, unknown>, number: number, earlier: number): void {
  if (after === undefined) return
  const inOrder =
    earlier < number && after.called <= called && (returned === undefined || (after.returned ?? Infinity) <= returned)
  if (!inOrder) throw new RangeError(`operation ${number} comes after operation ${earlier}, which does not stand before it`)
}
