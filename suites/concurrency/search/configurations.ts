/** Numbers of a record before its words: position, state, parent, operation, next in the queue. */
const head = 5

const none = -1

/**
 * The configurations that a search has come to, each once. One is how far the history was followed, the operations under way that have
 * taken effect (a set of bits), and the state. Kept in two flat arrays, the records and a hash table over them, so that millions cost
 * what their numbers cost.
 */
export class Configurations {
  readonly #words: number
  readonly #stride: number
  #records: Int32Array
  #table: Int32Array
  #count = 0

  /** @param words 32-bit words of a set */
  constructor(words: number) {
    this.#words = words
    this.#stride = head + words
    this.#records = new Int32Array(64 * this.#stride)
    this.#table = new Int32Array(128)
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#records.byteLength + this.#table.byteLength
  }

  /**
   * @param parent the configuration that this one follows from, or -1
   * @param operation what took effect between the two, or -1
   * @returns its number, or -1 where it is known already
   */
  add(position: number, state: number, set: Int32Array, parent: number, operation: number): number {
    const mask = this.#table.length - 1
    let place = hashOf(position, state, set) & mask
    for (let known = this.#at(place); known !== none; known = this.#at(place)) {
      if (this.#equals(known, position, state, set)) return none
      place = (place + 1) & mask
    }
    const added = this.#count++
    if (added * this.#stride + this.#stride > this.#records.length) this.#grow()
    const start = added * this.#stride
    this.#records[start] = position
    this.#records[start + 1] = state
    this.#records[start + 2] = parent
    this.#records[start + 3] = operation
    this.#records[start + 4] = none
    this.#records.set(set, start + head)
    this.#table[place] = added + 1
    if (2 * this.#count > this.#table.length) this.#rehash()
    return added
  }

  position(configuration: number): number {
    return this.#field(configuration, 0)
  }

  state(configuration: number): number {
    return this.#field(configuration, 1)
  }

  parent(configuration: number): number {
    return this.#field(configuration, 2)
  }

  operation(configuration: number): number {
    return this.#field(configuration, 3)
  }

  next(configuration: number): number {
    return this.#field(configuration, 4)
  }

  setNext(configuration: number, next: number): void {
    this.#records[configuration * this.#stride + 4] = next
  }

  /** Copies the set of operations that have taken effect. */
  copySet(configuration: number, into: Int32Array): void {
    const start = configuration * this.#stride + head
    for (let word = 0; word < this.#words; word++) into[word] = this.#records[start + word] ?? 0
  }

  #field(configuration: number, field: number): number {
    return this.#records[configuration * this.#stride + field] ?? none
  }

  #at(place: number): number {
    return (this.#table[place] ?? 0) - 1
  }

  #equals(configuration: number, position: number, state: number, set: Int32Array): boolean {
    const start = configuration * this.#stride
    if (this.#records[start] !== position || this.#records[start + 1] !== state) return false
    for (let word = 0; word < this.#words; word++) if (this.#records[start + head + word] !== set[word]) return false
    return true
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#records.length)
    larger.set(this.#records)
    this.#records = larger
  }

  #rehash(): void {
    this.#table = new Int32Array(2 * this.#table.length)
    const mask = this.#table.length - 1
    const set = new Int32Array(this.#words)
    for (let configuration = 0; configuration < this.#count; configuration++) {
      this.copySet(configuration, set)
      let place = hashOf(this.position(configuration), this.state(configuration), set) & mask
      while (this.#table[place] !== 0) place = (place + 1) & mask
      this.#table[place] = configuration + 1
    }
  }
}

function hashOf(position: number, state: number, set: Int32Array): number {
  let hash = Math.imul(position ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(state + 0x165667b1, 0xc2b2ae35)
  for (let word = 0; word < set.length; word++) {
    hash = Math.imul(hash ^ (hash >>> 15) ^ (set[word] ?? 0), 0x2c1b3c6d)
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x297a2d39)
  return hash ^ (hash >>> 16)
}
