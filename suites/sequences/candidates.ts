import { isValidPath } from "../../drivers/contract.ts"
import { isBelow, parentsOf } from "../specification/paths.ts"
import type { State } from "../specification/state.ts"
import { type Command, type Label, pathsOf } from "./commands.ts"
import type { Seedling, Seeds } from "./generate.ts"

type Numbers = Pick<Seedling, "instance" | "first" | "length">

/** Commands that do this at a path of the sequence; most of them where something is, some anywhere. */
export function commandsFor(label: Label, numbers: Numbers, seeds: Seeds, state: State): readonly Command[] {
  return pathsFor(label, numbers, seeds, state).flatMap((path) => commandsAt(label, path, numbers, seeds))
}

/** Three in four go to what is there, the others to any name: what is missing must be refused, and new names must come up. */
function pathsFor(label: Label, { first }: Numbers, { names, directories }: Seeds, state: State): readonly string[] {
  const files = [...state.files.keys()]
  const existing = first % 4 !== 0 && files.length > 0
  switch (label) {
    case "list":
    case "walk":
      return directories
    case "delete":
    case "stat":
      return existing ? [...files, ...directories] : [...names, ...directories]
    case "putContent":
      return first % 3 === 0 && files.length > 0 ? files : names
    case "move to":
    case "writer":
      return names
    case "append":
      return [...state.uploads.keys(), ...files.filter((path) => state.files.get(path)?.content.length === 0), ...names]
    case "write":
    case "close":
    case "commit":
    case "cancel":
      return names
    default:
      return existing ? files : names
  }
}

/** Commands that do this at just that path. */
export function commandsAt(label: Label, path: string, { instance, first, length }: Numbers, seeds: Seeds): readonly Command[] {
  const { names, directories } = seeds
  switch (label) {
    case "putContent":
    case "write":
      return [{ method: label, instance, path, length }]
    case "writer":
    case "append":
      return [{ method: "writer", instance, path, append: label === "append" }]
    case "reader":
      return [{ method: label, instance, path, offset: first % 3 === 0 ? 0 : first % 3_000 }]
    case "readStart":
      return [
        { method: label, instance, path, offset: first % 3 === 0 ? 0 : first % 3_000, length: first % 2 === 0 ? 1 : first % 600 },
      ]
    case "move from":
      return names.map((destination) => ({ method: "move", instance, source: path, destination }))
    case "move to":
      return names.map((source) => ({ method: "move", instance, source, destination: path }))
    case "walk":
      return walksOf(path, instance, first, [...names, ...directories])
    default:
      return [{ method: label, instance, path }]
  }
}

function walksOf(path: string, instance: number, first: number, entries: readonly string[]): readonly Command[] {
  const below = entries.filter((entry) => isBelow(entry, path))
  const entry = below[first % Math.max(1, below.length)]
  const plain = { method: "walk", instance, path } as const
  if (entry === undefined) return [plain]
  return [plain, { ...plain, startAfter: entry }, { ...plain, skip: entry }, { ...plain, stopAt: entry }]
}

/** Looks at all that is stored: each name, each directory, each content, by an instance that wrote most of it and by a fresh one. */
export function inspection(seeds: Seeds, made: readonly Command[], fresh: number): readonly Command[] {
  const names = [...new Set([...seeds.names, ...made.flatMap(pathsOf)])].filter((path) => path !== "/" && isValidPath(path))
  const directories = ["/", ...new Set(names.flatMap(parentsOf))]
  return [1, fresh].flatMap((instance): readonly Command[] => [
    { method: "walk", instance, path: "/" },
    ...directories.map((path) => ({ method: "list", instance, path }) as const),
    ...[...new Set([...names, ...directories])].map((path) => ({ method: "stat", instance, path }) as const),
    ...names.map((path) => ({ method: "getContent", instance, path }) as const),
  ])
}
