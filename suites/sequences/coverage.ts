import { isBelow, parentsOf } from "../specification/paths.ts"
import type { Classes } from "./classes.ts"
import { type Command, type Label, labels, labelsOf, pathsOf } from "./commands.ts"

/** What was tried of one group of classes. */
interface Covered {
  readonly group: string
  /** How many of the classes that there are. */
  readonly tried: number
  readonly of: number
  readonly missed: readonly string[]
}

/** What an exploration went through. */
export interface Explored {
  readonly sequences: number
  /** Calls of the sequences, without those that look at what is stored in the end. */
  readonly calls: number
  readonly coverage: readonly Covered[]
}

/** Counts what the sequences of a run have tried. */
export class Coverage {
  readonly #classes: Classes
  /** How long chains are. */
  readonly #lengths: ReadonlySet<number>
  readonly #tried = new Map<string, Set<string>>()
  #sequences = 0
  #calls = 0

  constructor(classes: Classes) {
    this.#classes = classes
    this.#lengths = new Set(classes.chains.map((chain) => labelsIn(chain).length))
  }

  /** Counts a sequence that has been run. */
  add(commands: readonly Command[]): void {
    this.#sequences++
    this.#calls += commands.length
    const histories = new Map<string, readonly Label[]>()
    let before: Command | undefined
    for (const command of commands) {
      for (const [path, label] of labelsOf(command)) {
        const history = [...(histories.get(path) ?? []), label]
        histories.set(path, history)
        if (history.length > 1) this.#note("pairs", chainOf(history.slice(-2)))
        for (const length of this.#lengths) this.#note("chains", chainOf(history.slice(-length)))
      }
      if (before !== undefined) {
        this.#note("relations", relationOf(before, command))
        for (const chain of neighboursIn(before, command)) this.#note("neighbours", chain)
      }
      if ("length" in command) this.#note("sizes", String(command.length))
      for (const kind of kindsOf(command)) this.#note("kinds", kind)
      before = command
    }
  }

  get explored(): Explored {
    const { pairs, chains, sizes, relations, kinds } = this.#classes
    const neighbours = [...this.#classes.neighbours.keys()]
    const coverage = Object.entries({ pairs, chains, neighbours, sizes, relations, kinds }).map(([group, classes]): Covered => {
      const missed = classes.filter((each) => this.#tried.get(group)?.has(each) !== true)
      return { group, tried: classes.length - missed.length, of: classes.length, missed }
    })
    return { sequences: this.#sequences, calls: this.#calls, coverage }
  }

  #note(group: string, each: string): void {
    const tried = this.#tried.get(group) ?? new Set()
    this.#tried.set(group, tried.add(each))
  }
}

/** Calls that follow each other at one path, as a text. */
export function chainOf(chain: readonly Label[]): string {
  return chain.join(", ")
}

export function labelsIn(chain: string): readonly Label[] {
  const wanted: readonly string[] = chain.split(", ")
  return wanted.flatMap((each) => labels.filter((label) => label === each))
}

export const relations = ["same", "above", "below", "beginning the same", "apart"] as const

/** How the path of a call lies to that of the call before it. */
function relationOf(before: Command, command: Command): (typeof relations)[number] {
  const [from = "/"] = pathsOf(before)
  const [to = "/"] = pathsOf(command)
  if (from === to) return "same"
  if (isBelow(from, to)) return "above"
  if (isBelow(to, from)) return "below"
  return from.startsWith(to) || to.startsWith(from) ? "beginning the same" : "apart"
}

/** What two calls do one after the other at files of one directory that is not the root. */
function neighboursIn(before: Command, command: Command): readonly string[] {
  return labelsOf(before).flatMap(([from, first]) =>
    labelsOf(command).flatMap(([to, second]) => {
      const [directory] = parentsOf(from)
      return from !== to && directory !== undefined && directory === parentsOf(to)[0] ? chainOf([first, second]) : []
    }),
  )
}

/** What is special about a call. */
export function kindsOf(command: Command): readonly string[] {
  const kinds = pathsOf(command).some((path) => path.includes("//")) ? [`${command.method}, invalid path`] : []
  if (command.abort !== undefined) kinds.push(`${command.method}, aborted ${command.abort}`)
  if (command.method !== "walk") return kinds
  if (command.skip !== undefined) kinds.push("walk, skipping")
  if (command.stopAt !== undefined) kinds.push("walk, stopping")
  if (command.startAfter !== undefined) kinds.push("walk, starting after")
  return kinds
}
