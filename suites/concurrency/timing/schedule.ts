import { setTimeout as passes, setImmediate as turn } from "node:timers/promises"
import type { Clock } from "../../../drivers/clock.ts"
import type { ObservedDriver } from "../../execution/observed-driver.ts"
import type { Case } from "../../execution/rule-context.ts"
import type { GatedStorages } from "./gated-storages.ts"
import { Standstill, type Timing } from "./timing.ts"

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
 *
 * Where the storage is gated an effect is a request to the backend. Then a step is over when none has come for a while: that is a
 * guess, and what comes late makes the same order do something else now and then.
 */
export class Schedule implements Timing {
  readonly unit = "steps"
  readonly #order: Order
  readonly #gated: GatedStorages | undefined
  readonly #patience: number | undefined
  readonly #waiting: Waiting[] = []
  #steps = 0
  #effects = 0
  #last = 0
  #ended = false
  #arrived: (() => void) | undefined

  /** @param patience milliseconds in which nothing happens until that is a standstill; by default calls have their usual time */
  constructor(order: Order, gated?: GatedStorages, patience?: number) {
    this.#order = order
    this.#gated = gated
    this.#patience = patience
  }

  /** The steps that were made. */
  now(): number {
    return this.#steps
  }

  /** How often an instance waited before an effect. */
  get effects(): number {
    return this.#effects
  }

  beforeCall(client: number): Promise<void> {
    return this.#step(client)
  }

  async connect(given: Case, client: number): Promise<ObservedDriver> {
    if (this.#gated === undefined) return given.connect(this.#clockOf(client))
    return given.connectTo(await this.#gated.storageOf(client))
  }

  async whole<Value>(work: Promise<Value>): Promise<Value> {
    let settled = false
    if (this.#gated !== undefined) this.#gated.gates.hold = (client) => this.#effect(client)
    const settling = work.then(
      () => {
        settled = true
      },
      () => {
        settled = true
      },
    )
    for (;;) {
      await (this.#gated === undefined ? turn() : this.#gated.gates.quiet())
      if (settled) return work
      const next = this.#choose()
      if (next === undefined) await Promise.race([settling, this.#arrival(), ...this.#standstill()])
      else {
        this.#steps++
        this.#last = next.client
        next.goOn()
      }
    }
  }

  end(): void {
    this.#ended = true
    if (this.#gated !== undefined) this.#gated.gates.hold = undefined
    for (const { goOn } of this.#waiting.splice(0)) goOn()
  }

  #clockOf(client: number): Clock {
    return {
      now: () => this.#steps,
      sleep: async (_milliseconds, signal) => {
        signal?.throwIfAborted()
        await this.#effect(client)
        signal?.throwIfAborted()
      },
    }
  }

  #effect(client: number): Promise<void> {
    this.#effects++
    return this.#step(client)
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

  /** Rejects after a while in which nothing came; where nobody wants to know there is none. */
  #standstill(): readonly Promise<never>[] {
    if (this.#patience === undefined) return []
    const steps = this.#steps
    const over = passes(this.#patience).then(() => turn())
    return [
      over.then(() => {
        if (this.#waiting.length === 0 && this.#steps === steps) throw new Standstill()
        return new Promise<never>(() => {})
      }),
    ]
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
