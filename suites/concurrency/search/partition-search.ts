import type { Model, Operation, Placed } from "../linearizability.ts"
import { Configurations } from "./configurations.ts"
import { type Events, eventsOf } from "./events.ts"

const none = -1

/** In the place of the next state, where there are several. */
const several = -2

/** Of the number of entries in the cache of steps, at most. A small part has a small one: there may be thousands of them. */
const mostCacheBits = 14

/** What an entry in the table of states costs besides the state itself, roughly. */
const bytesOfState = 200

/**
 * Looks for an order of the operations of one partition, in pieces: just-in-time linearization.
 *
 * The history is followed from return to return. An operation need have taken effect when it returns, and only then others under way
 * are tried before it. A configuration that was met once is not followed again. The one that is furthest in the history is followed
 * first, and of those equally far the one in which the fewest operations took effect early: so a legal history is mostly gone through
 * once, and an illegal one is searched whole. What never changes the state takes effect as soon as it can: it can do no harm.
 */
export class PartitionSearch<State, Input, Output> {
  readonly operations: readonly Operation<Input, Output>[]
  readonly #model: Model<State, Input, Output>
  readonly #events: Events
  readonly #observes: Uint8Array
  readonly #configurations: Configurations
  readonly #states: State[] = []
  readonly #numbers = new Map<unknown, number>()
  /** First and last configuration of each position's queues: those to be taken as they are, and those to be widened. */
  readonly #fresh: Queues
  readonly #tried: Queues
  /** Operations under way at the position of the cursor, by slot. */
  readonly #underWay: Int32Array
  readonly #set: Int32Array
  readonly #base: Int32Array
  readonly #cacheBits: number
  readonly #cachedFor: Float64Array
  readonly #cached: Int32Array
  #cursor = 0
  #top = 0
  #furthest = 0
  #steps = 0
  #last: number | undefined
  #record: ((operation: number, state: number) => void) | undefined

  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[]) {
    this.#model = model
    const earlier = new Set(operations.map(({ after }) => after))
    // A look of which nobody knows what it saw says nothing.
    this.operations = operations.filter(
      (operation) => operation.returned !== undefined || model.observes?.(operation.input) !== true || earlier.has(operation),
    )
    this.#events = eventsOf(this.operations)
    this.#observes = Uint8Array.from(this.operations, ({ input }) => (model.observes?.(input) === true ? 1 : 0))
    const words = Math.max(1, Math.ceil(this.#events.width / 32))
    this.#configurations = new Configurations(words)
    this.#set = new Int32Array(words)
    this.#base = new Int32Array(words)
    this.#underWay = new Int32Array(this.#events.width).fill(none)
    this.#fresh = new Queues(this.#events.events.length + 1, this.#configurations)
    this.#tried = new Queues(this.#events.events.length + 1, this.#configurations)
    this.#cacheBits = Math.min(mostCacheBits, 5 + Math.ceil(Math.log2(this.operations.length + 1)))
    this.#cachedFor = new Float64Array(1 << this.#cacheBits).fill(none)
    this.#cached = new Int32Array(1 << this.#cacheBits)
    const initial = typeof model.initial === "function" ? model.initial(operations) : model.initial
    for (const state of initial) this.#begin(state)
  }

  /** Applications of the model's step so far. */
  get steps(): number {
    return this.#steps
  }

  get bytes(): number {
    const { events } = this.#events
    return this.#configurations.bytes + this.#states.length * bytesOfState + 16 * events.length
  }

  /**
   * Searches on.
   *
   * @param steps how many applications of the model's step, about
   * @returns undefined where it has not ended yet
   */
  run(steps: number): "ok" | "illegal" | undefined {
    const until = this.#steps + steps
    const end = this.#events.events.length
    for (; this.#steps < until; this.#steps++) {
      if (this.#last !== undefined) return "ok"
      while (this.#top > 0 && this.#fresh.isEmpty(this.#top) && this.#tried.isEmpty(this.#top)) this.#top--
      const position = this.#top
      const fresh = this.#fresh.take(position)
      if (fresh !== none) {
        if (position === end) {
          this.#last = fresh
          return "ok"
        }
        this.#takeReturning(fresh, position)
        continue
      }
      const tried = this.#tried.take(position)
      if (tried === none) return "illegal"
      this.#takeOthers(tried, position)
    }
    return undefined
  }

  /** The operations in an order that holds as far as it goes: all of them where the search ended well. */
  order(): readonly Placed<State, Input, Output>[] {
    const path: number[] = []
    const from = this.#last ?? this.#furthest
    for (let at = from; at !== none && at < this.#configurations.count; at = this.#configurations.parent(at)) path.push(at)
    const placed: Placed<State, Input, Output>[] = []
    this.#record = (operation, state) => placed.push(this.#placed(operation, state))
    for (const configuration of path.reverse()) {
      const parent = this.#configurations.parent(configuration)
      const state = this.#configurations.state(configuration)
      if (parent === none) {
        this.#set.fill(0)
        this.#moveTo(0)
        this.#advance(0, state)
      } else {
        this.#configurations.copySet(parent, this.#base)
        this.#moveTo(this.#configurations.position(parent))
        this.#place(this.#configurations.operation(configuration), state)
      }
    }
    this.#record = undefined
    return placed
  }

  /** The operation that could not be placed where the order ends. */
  get stuck(): Operation<Input, Output> | undefined {
    const event = this.#events.events[this.#configurations.position(this.#furthest)]
    return event === undefined ? undefined : this.operations[~event]
  }

  #placed(operation: number, state: number): Placed<State, Input, Output> {
    const [found, value] = [this.operations[operation], this.#states[state]]
    if (found === undefined || value === undefined) throw new Error("there is no such operation")
    return { operation: found, state: value }
  }

  #begin(state: State): void {
    this.#set.fill(0)
    const number = this.#number(state)
    this.#moveTo(0)
    this.#add(this.#advance(0, number), number, none, none)
  }

  /** The operation that returns next takes effect now. */
  #takeReturning(configuration: number, position: number): void {
    this.#tried.put(position, configuration)
    const operation = ~(this.#events.events[position] ?? 0)
    this.#configurations.copySet(configuration, this.#base)
    // What never changes the state would have taken effect already.
    if (this.#observes[operation] === 1) return
    this.#moveTo(position)
    this.#take(operation, configuration, position)
  }

  /** Another operation that is under way takes effect before the one that returns next. */
  #takeOthers(configuration: number, position: number): void {
    const returning = ~(this.#events.events[position] ?? 0)
    for (let slot = 0; slot < this.#underWay.length; slot++) {
      this.#moveTo(position)
      const operation = this.#underWay[slot] ?? none
      if (operation === none || operation === returning || this.#observes[operation] === 1) continue
      this.#configurations.copySet(configuration, this.#base)
      if (!isIn(this.#base, slot)) this.#take(operation, configuration, position)
    }
  }

  #take(operation: number, configuration: number, position: number): void {
    if (!this.#isReady(operation, this.#base, position)) return
    const state = this.#configurations.state(configuration)
    const next = this.#next(state, operation)
    if (next === none) return
    if (next !== several) {
      this.#add(this.#place(operation, next), next, configuration, operation)
      return
    }
    for (const one of this.#stepAll(state, operation)) {
      this.#moveTo(position)
      this.#add(this.#place(operation, one), one, configuration, operation)
    }
  }

  /** Lets an operation take effect after the set in `#base`. Leaves the set that follows in `#set`, and gives the new position. */
  #place(operation: number, next: number): number {
    const position = this.#cursor
    this.#set.set(this.#base)
    include(this.#set, this.#events.slots[operation] ?? 0)
    this.#record?.(operation, next)
    this.#observeAll(next, position)
    return this.#advance(position, next)
  }

  /** Whether what must come before the operation has taken effect. */
  #isReady(operation: number, set: Int32Array, position: number): boolean {
    const earlier = this.#events.after[operation] ?? none
    return earlier === none || (this.#events.returns[earlier] ?? 0) < position || isIn(set, this.#events.slots[earlier] ?? 0)
  }

  /** All that is under way and never changes the state takes effect, if it can. */
  #observeAll(state: number, position: number): void {
    for (let changed = true; changed; ) {
      changed = false
      for (let slot = 0; slot < this.#underWay.length; slot++) {
        const operation = this.#underWay[slot] ?? none
        if (operation === none || isIn(this.#set, slot)) continue
        // One that others come after may let them take effect too.
        if (this.#observe(operation, state, position)) changed = this.#events.chained
      }
    }
  }

  #observe(operation: number, state: number, position: number): boolean {
    if (this.#observes[operation] !== 1 || !this.#isReady(operation, this.#set, position)) return false
    if (this.#next(state, operation) === none) return false
    include(this.#set, this.#events.slots[operation] ?? 0)
    this.#record?.(operation, state)
    return true
  }

  /** Follows the history from the position to the next return of an operation that has not taken effect. */
  #advance(from: number, state: number): number {
    const { events, slots } = this.#events
    let position = from
    for (; position < events.length; position++) {
      const event = events[position] ?? 0
      if (event < 0) {
        const slot = slots[~event] ?? 0
        if (!isIn(this.#set, slot)) break
        exclude(this.#set, slot)
        this.#underWay[slot] = none
      } else {
        this.#underWay[slots[event] ?? 0] = event
        this.#observe(event, state, position)
      }
    }
    this.#cursor = position
    return position
  }

  /** Brings the operations under way to those of another position. */
  #moveTo(position: number): void {
    const { events, slots } = this.#events
    for (; this.#cursor < position; this.#cursor++) {
      const event = events[this.#cursor] ?? 0
      this.#underWay[slots[event < 0 ? ~event : event] ?? 0] = event < 0 ? none : event
    }
    while (this.#cursor > position) {
      this.#cursor--
      const event = events[this.#cursor] ?? 0
      this.#underWay[slots[event < 0 ? ~event : event] ?? 0] = event < 0 ? ~event : none
    }
  }

  #add(position: number, state: number, parent: number, operation: number): void {
    const added = this.#configurations.add(position, state, this.#set, parent, operation)
    if (added === none) return
    this.#fresh.put(position, added)
    if (position > this.#top) this.#top = position
    if (position > this.#configurations.position(this.#furthest)) this.#furthest = added
  }

  /** The state after the operation; -1 where it cannot have taken effect in this one, -2 where there are several. */
  #next(state: number, operation: number): number {
    const key = state * this.operations.length + operation
    const place = (Math.imul(state, 0x9e3779b1) ^ Math.imul(operation, 0x85ebca6b)) >>> (32 - this.#cacheBits)
    if (this.#cachedFor[place] === key) {
      this.#steps++
      return this.#cached[place] ?? none
    }
    const all = this.#stepAll(state, operation)
    const next = all.length > 1 ? several : (all[0] ?? none)
    this.#cachedFor[place] = key
    this.#cached[place] = next
    return next
  }

  #stepAll(state: number, operation: number): readonly number[] {
    this.#steps++
    const { operation: made, state: value } = this.#placed(operation, state)
    return this.#model.step(value, made.input, made.output).map((next) => this.#number(next))
  }

  #number(state: State): number {
    const key = this.#model.key === undefined ? state : this.#model.key(state)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#states.length)
    return this.#states.push(state) - 1
  }
}

/** Queues of configurations, first in, first out, one a position. A configuration is in one queue at a time. */
class Queues {
  readonly #first: Int32Array
  readonly #last: Int32Array
  readonly #configurations: Configurations

  constructor(positions: number, configurations: Configurations) {
    this.#first = new Int32Array(positions).fill(none)
    this.#last = new Int32Array(positions).fill(none)
    this.#configurations = configurations
  }

  isEmpty(position: number): boolean {
    return this.#first[position] === none
  }

  put(position: number, configuration: number): void {
    this.#configurations.setNext(configuration, none)
    if (this.isEmpty(position)) this.#first[position] = configuration
    else this.#configurations.setNext(this.#last[position] ?? none, configuration)
    this.#last[position] = configuration
  }

  take(position: number): number {
    const taken = this.#first[position] ?? none
    if (taken !== none) this.#first[position] = this.#configurations.next(taken)
    return taken
  }
}

function isIn(set: Int32Array, bit: number): boolean {
  return (((set[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1
}

function include(set: Int32Array, bit: number): void {
  set[bit >>> 5] = (set[bit >>> 5] ?? 0) | (1 << (bit & 31))
}

function exclude(set: Int32Array, bit: number): void {
  set[bit >>> 5] = (set[bit >>> 5] ?? 0) & ~(1 << (bit & 31))
}
