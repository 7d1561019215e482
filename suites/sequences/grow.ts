import type { Call } from "../specification/calls.ts"
import { parentsOf } from "../specification/paths.ts"
import type { State } from "../specification/state.ts"
import { commandsAt, commandsFor } from "./candidates.ts"
import { atAWriterOrStream, methodOf } from "./classes.ts"
import { type Command, type Label, labels, labelsOf, pathsOf } from "./commands.ts"
import { kindsOf } from "./coverage.ts"
import { labelsOfMix, type Mix, type Seedling, type Seeds } from "./generate.ts"
import { type Goal, reaches } from "./goals.ts"
import { relocatedRoute } from "./routes.ts"

/** What growing needs to know of the sequence under way. */
export interface Ground {
  readonly state: State
  /** Whether the contract says what comes of the command. */
  defines(command: Command): boolean
  /** Whether the command can be made and judged. */
  allows(command: Command): boolean
}

/** What must have been done at a path before this can be, where it is not possible at once. */
const prerequisites: Readonly<Partial<Record<Label, Label>>> = {
  getContent: "putContent",
  reader: "putContent",
  readStart: "putContent",
  readRest: "readStart",
  leave: "readStart",
  "move from": "putContent",
  delete: "putContent",
  append: "close",
  write: "writer",
  close: "writer",
  commit: "writer",
  cancel: "writer",
}

/** More than two calls are made in the end, without a call between: what one there would do is something else to try. */
const isLong = (goal: Goal): boolean => goal.kind === "neighbours" || (goal.kind === "chain" && goal.labels.length > 2)

const changes: ReadonlySet<Command["method"]> = new Set(["putContent", "move", "delete", "commit", "cancel"])
const looks: ReadonlySet<Label> = new Set(["stat", "getContent", "reader", "list", "walk"])

/** Grows one sequence, command by command: towards what it is to try, and now and then anywhere. */
export class Grower {
  readonly #seeds: Seeds
  readonly #mix: ReadonlySet<Label>
  /** What most bytes are written with. */
  readonly #writes: "putContent" | "write"
  readonly #last = new Map<string, Label>()
  #goals: readonly Goal[]
  #previous: Command | undefined

  constructor(seeds: Seeds, mix: Mix, goals: readonly Goal[]) {
    this.#seeds = seeds
    this.#mix = new Set(labelsOfMix(mix))
    this.#writes = (mix.write ?? 0) > (mix.putContent ?? 0) ? "write" : "putContent"
    this.#goals = goals
  }

  /** The next command; undefined where there is nothing for the seedling to work on. Counts as run. */
  next(seedling: Seedling, ground: Ground): Command | undefined {
    const command =
      (seedling.looks ? this.#looking(seedling, ground) : undefined) ??
      (seedling.aims ? this.#towards(seedling, ground) : undefined) ??
      this.#anywhere(seedling, ground)
    if (command !== undefined) this.#count(command)
    return command
  }

  /** Commands for what the sequence was to try and has not, by the shortest way, at names where nothing was before. */
  rest(): readonly Command[] {
    return this.#goals.flatMap((goal, number) => shortestTo(goal, `/c${number + 1}`))
  }

  #count(command: Command): void {
    this.#previous = command
    const histories = labelsOf(command).map(([path, label]) => {
      const last = this.#last.get(path)
      this.#last.set(path, label)
      return last === undefined ? [label] : [last, label]
    })
    this.#goals = this.#goals.filter((goal) => isLong(goal) || !reaches(goal, command, histories))
  }

  /** A look at what the last command changed: what a driver remembers of it, or of what was there before, shows then. */
  #looking(seedling: Seedling, ground: Ground): Command | undefined {
    const { second } = seedling
    if (this.#previous === undefined || !changes.has(this.#previous.method)) return undefined
    const path = pick(pathsOf(this.#previous), seedling.first)
    const label = pick(
      [...this.#mix].filter((each) => looks.has(each)),
      second,
    )
    if (path === undefined || label === undefined) return undefined
    const paths = label === "list" || label === "walk" ? ["/", ...parentsOf(path)] : [path]
    const found = paths.flatMap((each) => commandsAt(label, each, seedling, this.#seeds)).filter((each) => ground.defines(each))
    return pick(found, second)
  }

  #anywhere(seedling: Seedling, ground: Ground): Command | undefined {
    const { label, second, strays, stays } = seedling
    const fits = (command: Command): boolean => (strays ? ground.allows(command) : ground.defines(command))
    const before = stays && this.#previous !== undefined ? pathsOf(this.#previous) : []
    const near = before.flatMap((path) => commandsAt(label, path, seedling, this.#seeds)).filter(fits)
    return pick(near, second) ?? pick(commandsFor(label, seedling, this.#seeds, ground.state).filter(fits), second)
  }

  #towards(seedling: Seedling, ground: Ground): Command | undefined {
    const goal = pick(
      this.#goals.filter((each) => !isLong(each)),
      seedling.first,
    )
    return this.#finishing(seedling, ground) ?? (goal === undefined ? undefined : this.#goal(goal, seedling, ground))
  }

  /** The second call of a pair whose first was the last one at its path. */
  #finishing(seedling: Seedling, ground: Ground): Command | undefined {
    const found = this.#goals.flatMap((goal) => {
      if (goal.kind !== "chain" || isLong(goal)) return []
      const [first, second] = goal.labels
      const paths = [...this.#last].flatMap(([path, label]) => (label === first ? [path] : []))
      const next = second === undefined ? [] : paths.flatMap((path) => commandsAt(second, path, seedling, this.#seeds))
      return next.filter((each) => ground.defines(each))
    })
    return pick(found, seedling.second)
  }

  #goal(goal: Goal, seedling: Seedling, ground: Ground): Command | undefined {
    switch (goal.kind) {
      case "chain":
        return goal.labels[0] === undefined ? undefined : this.#reach(goal.labels[0], seedling, ground)
      case "neighbours":
        return undefined
      case "size":
        return this.#reach(this.#writes, { ...seedling, length: goal.bytes }, ground)
      case "variant":
        return this.#variant(goal.variant, seedling, ground)
    }
  }

  /** A command with this label, or the one that must come before it. */
  #reach(label: Label, seedling: Seedling, ground: Ground): Command | undefined {
    const paths =
      label === "list" || label === "walk" ? this.#seeds.directories : [...this.#seeds.names, ...this.#seeds.directories]
    const found = paths.flatMap((path) => commandsAt(label, path, seedling, this.#seeds)).filter((each) => ground.defines(each))
    const certain = found.filter((each) => !meetsNothing(each, ground.state))
    const before = prerequisites[label]
    if (certain.length > 0 || before === undefined) return pick(certain.length > 0 ? certain : found, seedling.second)
    return pick(found, seedling.second) ?? this.#reach(before, seedling, ground)
  }

  #variant(variant: string, seedling: Seedling, ground: Ground): Command | undefined {
    const [method, what] = variant.split(", ")
    const label = [...this.#mix].find((each) => methodOf(each) === method && !atAWriterOrStream.has(each))
    if (label === undefined) return undefined
    const found = commandsFor(label, seedling, this.#seeds, ground.state)
      .flatMap((command) => variantOf(command, what))
      .filter((each) => kindsOf(each).includes(variant) && ground.defines(each))
    return pick(found, seedling.second)
  }
}

function shortestTo(goal: Goal, name: string): readonly Command[] {
  const instance = 1
  const put = (length: number): Command => ({ method: "putContent", instance, path: name, length })
  switch (goal.kind) {
    case "chain":
    case "neighbours":
      return relocatedRoute(goal.route, name).map(commandOf)
    case "size":
      return [put(goal.bytes)]
    case "variant": {
      const [method = "", what] = goal.variant.split(", ")
      const plain = labels.filter((label) => methodOf(label) === method)
      const seeds = { names: [name, `${name}-beside`], directories: [name], seedlings: [] }
      const commands = plain.flatMap((label) => commandsAt(label, name, { instance, first: 1, length: 1 }, seeds))
      const [first] = commands.flatMap((command) => variantOf(command, what))
      return first === undefined ? [] : [put(1), first]
    }
  }
}

/** Bytes of a file that a stream does not give at once. */
const severalReads = 600

/** @param number of the call in the route: so many bytes more, where there are any, or no look would tell one content from another by its size */
function commandOf(call: Call, number: number): Command {
  const instance = 1
  switch (call.method) {
    case "putContent": {
      const { length } = call.content
      return { method: call.method, instance, path: call.path, length: length === 0 ? 0 : severalReads + number }
    }
    case "write":
      return { ...call, instance, length: call.length + number }
    case "writer":
      return { method: call.method, instance, path: call.path, append: call.append }
    default:
      return { ...call, instance }
  }
}

/** The command as the variant asks for it; none where it is none of that kind. */
function variantOf(command: Command, what: string | undefined): readonly Command[] {
  switch (what) {
    case "invalid path":
      return [spoiled(command)]
    case "aborted before":
      return [{ ...command, abort: "before" }]
    case "aborted during":
      return [{ ...command, abort: "during" }]
    default:
      return command.method === "walk" ? [command] : []
  }
}

function spoiled(command: Command): Command {
  if (command.method === "move") return { ...command, destination: `${command.destination}//x` }
  return { ...command, path: command.path === "/" ? "//x" : `${command.path}//x` }
}

/** Whether a command that is to find a file would find none. */
function meetsNothing(command: Command, state: State): boolean {
  if (command.method === "move") return !state.files.has(command.source)
  const finds = ["getContent", "reader", "readStart", "delete"].includes(command.method)
  return finds && !state.files.has(command.path)
}

function pick<Value>(values: readonly Value[], number: number): Value | undefined {
  return values.length === 0 ? undefined : values[number % values.length]
}
