/** Choices that follow from a seed, so that a workload can be made again. */
export class Random {
  #state: number

  /** @param seed 32 bits */
  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** A whole number from 0 up to `below`, without it. (Mulberry32) */
  upTo(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }

  /** One of the values. */
  of<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.upTo(values.length)] ?? values[0]
  }

  /** One of the values, each as often as its weight says. */
  weighted<Value>(choices: readonly (readonly [number, Value])[]): Value {
    let left = this.upTo(choices.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, value] of choices) {
      left -= weight
      if (left < 0) return value
    }
    throw new RangeError("there is nothing to choose from")
  }

  /** The values in another order. */
  shuffled<Value>(values: readonly Value[]): readonly Value[] {
    const left = [...values]
    return values.flatMap(() => left.splice(this.upTo(left.length), 1))
  }
}
