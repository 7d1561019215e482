import { type Arbitrary, array, constantFrom, integer, oneof, record, shuffledSubarray } from "fast-check"
import { blockSizeOf } from "../block-size.ts"
import type { ResolvedCapabilities } from "../needs.ts"
import { parentsOf, type State } from "../specification/state.ts"
import { type Command, directories, type Method, names } from "./commands.ts"

/**
 * What a command is made from: numbers that are turned into a command only where it stands, when it is known what is stored. So nearly
 * every command finds something to work on, and the sequence that comes of it is plain data all the same.
 */
export interface Seedling {
  readonly method: Method
  readonly instance: number
  /** Each picks one of what there is. */
  readonly first: number
  readonly second: number
  /** Bytes. */
  readonly length: number
}

/** How often each method is called. */
export type Mix = Readonly<Partial<Record<Method, number>>>

/** Lengths at 0, at 1 and around the driver's blocks, and small ones between; the large ones are rare, for they cost time. */
function lengths(capabilities: ResolvedCapabilities): Arbitrary<number> {
  const block = blockSizeOf(capabilities)
  return oneof(
    { weight: 20, arbitrary: constantFrom(0, 1, 16, 17) },
    { weight: 20, arbitrary: integer({ min: 2, max: 2_048 }) },
    { weight: 1, arbitrary: constantFrom(block - 1, block, block + 1) },
  )
}

/** What a sequence is grown from. */
export interface Seeds {
  /** The names that it keeps to: the fewer, the more often one is used again. */
  readonly names: readonly string[]
  readonly seedlings: readonly Seedling[]
}

export function seeds(mix: Mix, capabilities: ResolvedCapabilities, maxLength: number): Arbitrary<Seeds> {
  const methods = Object.entries(mix).flatMap(([method, weight]) => Array<Method>(weight).fill(method as Method))
  const seedling = record({
    method: constantFrom(...methods),
    instance: constantFrom(1, 1, 1, 2, 2, 3),
    first: integer({ min: 0, max: 1_000_000 }),
    second: integer({ min: 0, max: 1_000_000 }),
    length: lengths(capabilities),
  })
  return record({
    names: shuffledSubarray([...names], { minLength: 2, maxLength: 6 }),
    seedlings: array(seedling, { minLength: Math.ceil(maxLength / 2), maxLength, size: "max" }),
  })
}

/** The command that the seedling grows into where this is stored; undefined where there is nothing for it to work on. */
export function grow(
  seedling: Seedling,
  chosen: readonly string[],
  state: State,
  allows: (command: Command) => boolean,
): Command | undefined {
  const candidates = candidatesFor(seedling, chosen, state).filter(allows)
  return pick(candidates, seedling.second)
}

function pick<Value>(values: readonly Value[], number: number): Value | undefined {
  return values.length === 0 ? undefined : values[number % values.length]
}

/** Three in four go to what is there, the others to any name: what is missing must be refused, and new names must come up. */
function candidatesFor(
  { method, instance, first, length }: Seedling,
  chosen: readonly string[],
  state: State,
): readonly Command[] {
  const folders = ["/", ...new Set(chosen.flatMap(parentsOf))]
  const files = [...state.files.keys()]
  const open = [...state.uploads].filter(([, upload]) => upload.open).map(([path]) => path)
  const closed = [...state.uploads].filter(([, upload]) => !upload.open).map(([path]) => path)
  const existing = first % 4 !== 0 && files.length > 0
  switch (method) {
    case "putContent":
      return (first % 3 === 0 && files.length > 0 ? files : chosen).map((path) => ({ method, instance, path, length }))
    case "write":
      return open.map((path) => ({ method, instance, path, length }))
    case "close":
    case "commit":
    case "cancel":
      return open.map((path) => ({ method, instance, path }))
    case "writer": {
      const empty = files.filter((path) => state.files.get(path)?.content.length === 0)
      const resumed = [...closed, ...empty].map((path) => ({ method, instance, path, append: true }) as const)
      if (resumed.length > 0 && first % 4 !== 0) return resumed
      return chosen.map((path) => ({ method, instance, path, append: false }))
    }
    case "reader":
      return (existing ? files : chosen).map((path) => ({ method, instance, path, offset: first % 3 === 0 ? 0 : first % 3_000 }))
    case "getContent":
      return (existing ? files : chosen).map((path) => ({ method, instance, path }))
    case "move":
      return (existing ? files : chosen).flatMap((source) =>
        chosen.map((destination) => ({ method, instance, source, destination })),
      )
    case "delete":
    case "stat":
      return (existing ? [...files, ...folders] : [...chosen, ...folders]).map((path) => ({ method, instance, path }))
    case "list":
      return folders.map((path) => ({ method, instance, path }))
    case "walk":
      return folders.flatMap((path) => walksOf(path, instance, first, chosen, folders))
  }
}

function walksOf(
  path: string,
  instance: number,
  first: number,
  chosen: readonly string[],
  folders: readonly string[],
): readonly Command[] {
  const name = chosen[first % chosen.length] ?? "/a"
  const folder = folders[first % folders.length] ?? "/a"
  const below = (other: string): boolean => other !== path && other.startsWith(path === "/" ? "/" : `${path}/`)
  return [
    { method: "walk", instance, path },
    ...(below(name) ? [{ method: "walk", instance, path, startAfter: name } as const] : []),
    ...(below(folder) ? [{ method: "walk", instance, path, skip: folder } as const] : []),
  ]
}

/** Looks at all that is stored, by an instance that wrote most of it and by a fresh one: each name, each directory, each content. */
export function inspection(state: State): readonly Command[] {
  return [1, 4].flatMap((instance) => inspectionBy(instance, state))
}

function inspectionBy(instance: number, state: State): readonly Command[] {
  const paths = [...new Set([...names, ...state.files.keys()])]
  return [
    { method: "walk", instance, path: "/" },
    ...directories.map((path) => ({ method: "list", instance, path }) as const),
    ...paths.map((path) => ({ method: "stat", instance, path }) as const),
    ...paths.map((path) => ({ method: "getContent", instance, path }) as const),
  ]
}
