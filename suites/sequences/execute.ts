import type { Content } from "../../fixtures/content.ts"
import { RuleBroken } from "../execution/failures.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectThat } from "../expect.ts"
import type { Call } from "../specification/calls.ts"
import { emptyState, type State } from "../specification/state.ts"
import { isDefined, stepAll } from "../specification/step.ts"
import type { Command } from "./commands.ts"
import { type OpenWriters, perform } from "./perform.ts"

/** A sequence under way: the driver's instances, and what the specification says may be stored. */
export class Execution {
  readonly #given: Case
  readonly #instances: Promise<ObservedDriver>[]
  readonly #writers: OpenWriters = new Map()
  #states: readonly State[] = [emptyState]
  #objects = 0

  constructor(given: Case) {
    this.#given = given
    this.#instances = [Promise.resolve(given.driver)]
  }

  /** One of the states that may hold. */
  get state(): State {
    return this.#states[0] ?? emptyState
  }

  /** Whether the contract says what comes of the command. */
  allows(command: Command): boolean {
    return isDefined(this.#states, this.#callOf(command, 0))
  }

  /**
   * Runs a command, and nothing where the contract leaves it undefined.
   *
   * @throws RuleBroken where what came of it is not what the contract says; CallHung
   */
  async run(command: Command): Promise<void> {
    if (!this.allows(command)) return
    const call = this.#callOf(command, ++this.#objects)
    const driver = await this.#instance(command.instance)
    const { outcome, actual } = await perform(driver, this.#writers, call, this.#partOf(call))
    const { states, breach } = stepAll(this.#states, call, outcome)
    if (breach === undefined) expectThat(driver, true, "", "")
    else throw new RuleBroken(breach.expected, actual, breach.rule)
    this.#states = states
  }

  #instance(number: number): Promise<ObservedDriver> {
    while (this.#instances.length < number) this.#instances.push(this.#given.connect())
    return this.#instances[number - 1] ?? Promise.resolve(this.#given.driver)
  }

  /** What a write at the path appends. */
  #partOf(call: Call): { readonly content: Omit<Content, "length">; readonly from: number } | undefined {
    if (call.method !== "write") return undefined
    const upload = this.state.uploads.get(call.path)
    return upload === undefined ? undefined : { content: upload.content, from: upload.accepted }
  }

  /** @param object number of the content that the command makes, where it makes one */
  #callOf(command: Command, object: number): Call {
    switch (command.method) {
      case "putContent":
        return { method: "putContent", path: command.path, content: { object, version: 0, length: command.length } }
      case "writer":
        return { method: "writer", path: command.path, append: command.append, content: { object, version: 0 } }
      case "reader": {
        // Taken round, so that an offset means something for a file of any length.
        const length = this.state.files.get(command.path)?.content.length ?? 0
        return { method: "reader", path: command.path, offset: command.offset % (length + 1) }
      }
      case "move":
        return { method: "move", source: command.source, destination: command.destination }
      case "write":
        return { method: "write", path: command.path, length: command.length }
      case "walk": {
        const { path, startAfter, skip } = command
        return {
          method: "walk",
          path,
          ...(startAfter === undefined ? {} : { startAfter }),
          ...(skip === undefined ? {} : { skip }),
        }
      }
      default:
        return { method: command.method, path: command.path }
    }
  }
}
