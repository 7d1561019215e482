import type { Content } from "../../fixtures/content.ts"
import { RuleBroken } from "../execution/failures.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectThat } from "../expect.ts"
import type { Call } from "../specification/calls.ts"
import { initialState, type State } from "../specification/state.ts"
import { type Breach, canBeMade, isDefined, stepAll } from "../specification/step.ts"
import { type Command, pathsOf } from "./commands.ts"
import { Handles } from "./handles.ts"
import { perform } from "./perform.ts"

/** Where a driver departed from a SHOULD: it goes on as if it had not, and it is told when no MUST was broken. */
export interface Departure extends Breach {
  readonly actual: string
  /** How many commands had been run, this one included. */
  readonly after: number
}

/** A sequence under way: the driver's instances, and what the specification says may be stored. */
export class Execution {
  readonly #given: Case
  readonly #instances: Promise<ObservedDriver>[]
  readonly #handles = new Handles()
  #states: readonly State[]
  #objects = 0
  #departure: Departure | undefined

  constructor(given: Case) {
    this.#given = given
    this.#instances = [Promise.resolve(given.driver)]
    this.#states = [initialState({ redirectURL: given.capabilities.redirectURL })]
  }

  /** One of the states that may hold. */
  get state(): State {
    const [first] = this.#states
    if (first === undefined) throw new Error("a sequence goes on behind a broken promise")
    return first
  }

  /** The first SHOULD that the driver departed from. */
  get departure(): Departure | undefined {
    return this.#departure
  }

  /** Whether the contract says what comes of the command, and something is known of its paths. */
  defines(command: Command): boolean {
    const known = pathsOf(command).every((path) => this.#states.every((state) => !state.unknown.has(path)))
    return known && this.allows(command) && isDefined(this.#states, this.#callOf(command, 0))
  }

  /** Whether the command can be made and judged: also where the contract leaves open what comes of it. */
  allows(command: Command): boolean {
    return this.#handles.has(command) && canBeMade(this.#states, this.#callOf(command, 0))
  }

  /**
   * Runs a command that is allowed.
   *
   * @throws RuleBroken where what came of it is not what the contract says; CallHung
   */
  async run(command: Command): Promise<void> {
    const call = this.#callOf(command, ++this.#objects)
    const driver = await this.#instance(command.instance)
    const { outcome, actual } = await perform(driver, this.#handles, call, this.#partOf(call))
    const { states, breach, departure } = stepAll(this.#states, call, outcome)
    if (breach !== undefined) throw new RuleBroken(breach.expected, actual, breach.rule)
    expectThat(driver, true, "", "")
    if (departure !== undefined) this.#departure ??= { ...departure, actual, after: this.#objects }
    this.#states = states
  }

  #instance(number: number): Promise<ObservedDriver> {
    while (this.#instances.length < number) this.#instances.push(this.#given.connect())
    return this.#instances[number - 1] ?? Promise.resolve(this.#given.driver)
  }

  /** What a write at the path appends: where nothing is known of the upload, bytes of a content of its own. */
  #partOf(call: Call): { readonly content: Omit<Content, "length">; readonly from: number } | undefined {
    if (call.method !== "write") return undefined
    const upload = this.state.uploads.get(call.path)
    return upload === undefined
      ? { content: { object: this.#objects, version: 0 }, from: 0 }
      : { content: upload.content, from: upload.accepted }
  }

  /** @param object number of the content that the command makes, where it makes one */
  #callOf(command: Command, object: number): Call {
    switch (command.method) {
      case "putContent":
        return { ...command, content: { object, version: 0, length: command.length } }
      case "writer":
        return { ...command, content: { object, version: 0 } }
      case "reader":
      case "readStart": {
        // Taken round, so that an offset means something for a file of any length; one beyond the end is left to stand now and then.
        const length = this.state.files.get(command.path)?.content.length ?? 0
        const beyond = command.method === "reader" && command.offset % 10 === 9
        return { ...command, offset: beyond ? length + command.offset : command.offset % (length + 1) }
      }
      default:
        return command
    }
  }
}
