import { type Arbitrary, array, boolean, constantFrom, integer, nat, oneof, record, shuffledSubarray } from "fast-check"
import { parentsOf } from "../specification/paths.ts"
import { type Label, labels, names } from "./commands.ts"

/**
 * What a command is made from: numbers that are turned into a command only where it stands, when it is known what is stored. So nearly
 * every command finds something to work on, and the sequence that comes of it is plain data all the same.
 */
export interface Seedling {
  readonly label: Label
  readonly instance: number
  /** Each picks one of what there is. */
  readonly first: number
  readonly second: number
  /** Bytes. */
  readonly length: number
  /** Whether to look at once at what the last command changed. */
  readonly looks: boolean
  /** Whether to work on what the sequence is to try; else whatever the label says. */
  readonly aims: boolean
  /** Whether to go on at a path of the last command. */
  readonly stays: boolean
  /** Whether a call may be made of which the contract leaves open what comes of it. */
  readonly strays: boolean
}

/** How often each label comes up. */
export type Mix = Readonly<Partial<Record<Label, number>>>

/** The labels of a mix, in its order. */
export function labelsOfMix(mix: Mix): readonly Label[] {
  return Object.keys(mix).flatMap((key) => labels.filter((label) => label === key))
}

/** What a sequence is grown from. */
export interface Seeds {
  /** The names that it keeps to: the fewer, the more often one is used again. */
  readonly names: readonly string[]
  /** Directories above these, the root included. */
  readonly directories: readonly string[]
  readonly seedlings: readonly Seedling[]
}

/** Lengths of small contents; large ones come from what a sequence is to try, for they cost time. */
const lengths: Arbitrary<number> = oneof(constantFrom(0, 1, 16, 17), integer({ min: 2, max: 2_048 }))

/** @param length commands of a sequence at most */
export function seeds(mix: Mix, length: number): Arbitrary<Seeds> {
  const weighted = labelsOfMix(mix).flatMap((label) => Array<Label>(mix[label] ?? 0).fill(label))
  const seedling = record({
    label: constantFrom(...weighted),
    instance: constantFrom(1, 1, 1, 2, 2, 3),
    first: nat(1_000_000),
    second: nat(1_000_000),
    length: lengths,
    looks: boolean(),
    aims: boolean(),
    stays: boolean(),
    strays: integer({ min: 0, max: 19 }).map((number) => number === 0),
  })
  return record({
    names: shuffledSubarray([...names], { minLength: 3, maxLength: 6 }),
    seedlings: array(seedling, { minLength: Math.ceil(length * 0.7), maxLength: length, size: "max" }),
  }).map((grown) => ({ ...grown, directories: ["/", ...new Set(grown.names.flatMap(parentsOf))] }))
}
