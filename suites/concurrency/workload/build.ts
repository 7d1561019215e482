import { type Content, contentOf } from "../../../fixtures/content.ts"
import type { Random } from "./random.ts"
import type { Action, Timed } from "./workload.ts"

/** Bytes of a registry's link: long enough that what was read can be told from what was not. */
export const linkLength = 71

/** Contents that no two of a workload share: what is read tells by whom it was written. */
export class Contents {
  #object = 0

  /** @param length bytes, 34 at least */
  next(length = linkLength): Content {
    this.#object++
    return contentOf(this.#object, length)
  }
}

/** The actions with a short wait before some of them, so that the clients meet in other ways each time. */
export function spread(random: Random, actions: readonly Action[]): readonly Timed[] {
  return actions.map((action) => ({ ...action, wait: random.upTo(3) === 0 ? random.upTo(4) : 0 }))
}

/** So many clients, each with what `make` gives it. */
export function clients(
  random: Random,
  count: number,
  make: (client: number) => readonly Action[],
): readonly (readonly Timed[])[] {
  return Array.from({ length: count }, (_, client) => spread(random, make(client)))
}
