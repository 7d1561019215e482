import { type Arbitrary, array, asyncProperty, check, constant, nat, oneof, sample } from "fast-check"
import type { Order } from "./schedule.ts"

/** Steps that are chosen by themselves; a workload of the suite has rarely more. */
const longest = 400

const mostOthers = 12

/** @param staying how often the client that went last goes on, for each time that one is drawn from all */
function orders(staying: number): Arbitrary<Order> {
  const choice = oneof({ weight: 1, arbitrary: nat({ max: mostOthers }) }, { weight: staying, arbitrary: constant(0) })
  return array(choice, { minLength: longest, maxLength: longest })
}

/** From orders in which the clients change at every step to those in which each goes on for long. */
const kinds = [0, 2, 8].map(orders)

/** An order of each kind. */
export function drawOrders(seed: number): readonly Order[] {
  return kinds.flatMap((kind) => sample(kind, { seed, numRuns: 1 }))
}

/**
 * The smallest order that fast-check comes to from this one and that still fails. (Its own `scheduler` draws orders too, and shrinks
 * none.)
 *
 * @param fails runs an order; after it has said false throughout, the smallest is what it was by then
 */
export async function smallestOrder(order: Order, fails: (order: Order) => Promise<boolean>): Promise<Order> {
  let smallest = order
  const shorter = array(nat({ max: mostOthers }), { maxLength: longest })
  const property = asyncProperty(shorter, async (candidate) => {
    if (!(await fails(candidate))) return
    smallest = candidate
    throw new Error("fails")
  })
  await check(property, { examples: [[[...withoutEnd(order)]]], numRuns: 1 })
  return withoutEnd(smallest)
}

/** What is behind the last choice is 0 in any case. */
function withoutEnd(order: Order): Order {
  return order.slice(0, order.findLastIndex((choice) => choice !== 0) + 1)
}
