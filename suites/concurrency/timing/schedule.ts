import { setImmediate as turn } from "node:timers/promises"
import type { Clock } from "../../../drivers/clock.ts"
import type { Timing } from "./timing.ts"

/**
 * Which of those that wait goes on, a choice a step: 0 is the client that went last, or the first one where that does not wait, and each
 * other number one of the others. Behind the last choice all are 0. So the smallest orders are those with the fewest switches
 * (Musuvathi & Qadeer, "Iterative context bounding for systematic testing of multithreaded programs", 2007).
 */
export type Order = readonly number[]

interface Waiting {
  readonly client: number
  goOn(): void
}

/**
 * Lets one step happen at a time, in an order that was decided before: the beginning of a call, or an effect that an instance sleeps
 * before. A step is over when nothing is left to do but what waits for another one, so that the same order does the same every time.
 */
export class Schedule implements Timing {
  readonly unit = "steps"
  readonly #order: Order
  readonly #waiting: Waiting[] = []
  #steps = 0
  #slept = 0
  #last = 0
  #ended = false
  #arrived: (() => void) | undefined

  constructor(order: Order) {
    this.#order = order
  }

  /** The steps that were made. */
  now(): number {
    return this.#steps
  }

  /** How often an instance slept. */
  get slept(): number {
    return this.#slept
  }

  beforeCall(client: number): Promise<void> {
    return this.#step(client)
  }

  clockOf(client: number): Clock {
    return {
      now: () => this.#steps,
      sleep: async (_milliseconds, signal) => {
        signal?.throwIfAborted()
        this.#slept++
        await this.#step(client)
        signal?.throwIfAborted()
      },
    }
  }

  async whole<Value>(work: Promise<Value>): Promise<Value> {
    let settled = false
    const settling = work.then(
      () => {
        settled = true
      },
      () => {
        settled = true
      },
    )
    for (;;) {
      await turn()
      if (settled) return work
      const next = this.#choose()
      if (next === undefined) await Promise.race([settling, this.#arrival()])
      else {
        this.#steps++
        this.#last = next.client
        next.goOn()
      }
    }
  }

  end(): void {
    this.#ended = true
    for (const { goOn } of this.#waiting.splice(0)) goOn()
  }

  #step(client: number): Promise<void> {
    if (this.#ended) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push({ client, goOn: resolve })
      this.#arrived?.()
    })
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived = resolve
    })
  }

  #choose(): Waiting | undefined {
    const sorted = this.#waiting.toSorted((a, b) => a.client - b.client)
    const usual = sorted.find(({ client }) => client === this.#last) ?? sorted[0]
    const others = sorted.filter((waiting) => waiting !== usual)
    const choice = this.#order[this.#steps] ?? 0
    const chosen = choice === 0 || others.length === 0 ? usual : others[(choice - 1) % others.length]
    if (chosen !== undefined) this.#waiting.splice(this.#waiting.indexOf(chosen), 1)
    return chosen
  }
}
