import { randomBytes } from "node:crypto"
import { within } from "../../suites/execution/time-limits.ts"
import { ProcessLost, Refusal } from "../driver-process/client.ts"
import type { DriverDescription } from "../driver-process/protocol.ts"
import { Backend, blockedAfter, type DriverModuleLocation } from "../execution/backend.ts"
import { type ChosenStorage, findStorage, type PreparedStorage, prepareStorage } from "../execution/prepare-storage.ts"
import { BadInput } from "../input/bad-input.ts"
import type { StorageOptions } from "../input/certify-options.ts"
import { locateDriver } from "../input/driver-reference.ts"
import { Unavailable } from "../input/unavailable.ts"
import { LoneProcess } from "../lone-process/client.ts"
import { visible } from "../reports/visible-text.ts"
import type { Round, Sample } from "./measuring.ts"
import type { Runner } from "./run.ts"

/** Milliseconds for what a benchmark prepares, and for what was under way when the time of a round was over. */
const patience = 120_000
/** Bytes a millisecond: what is slower stands still. */
const slowest = 256
/** Transfers of all workers in a round: those of its preparation, and those under way in the end. */
const transfers = 2

/** A driver that is measured, in a process that holds nothing else, and the process of its backend. */
export class Contender implements Runner {
  readonly reference: string
  /** The run's own, in the storage. */
  readonly folder = `/bench-${randomBytes(6).toString("hex")}`
  readonly #location: DriverModuleLocation
  readonly #timeout: number
  /** From when the driver is looked for: until then there is no process. */
  #backend: Backend | undefined
  #prepared: PreparedStorage | undefined
  #lone: LoneProcess | undefined
  #ended = false

  /**
   * @param timeout milliseconds for a call into the driver
   * @throws BadInput where there is no such driver
   */
  constructor(reference: string, timeout: number) {
    this.reference = reference
    this.#location = locateDriver(reference, process.cwd())
    this.#timeout = timeout
  }

  get storage(): PreparedStorage {
    if (this.#prepared === undefined) throw new Error("nothing was prepared yet")
    return this.#prepared
  }

  get process(): Runner["process"] {
    const lone = this.#lone
    if (lone === undefined) throw new Error("nothing was prepared yet")
    return {
      measure: (round) => this.#told(() => withinReason(lone, round)),
      endBenchmark: (place) => this.#told(() => lone.endBenchmark(place)),
    }
  }

  /**
   * Loads the driver and finds what it is to be measured on. Nothing is started or written.
   *
   * @throws BadInput
   */
  async find(optionsFor: (driver: DriverDescription) => StorageOptions): Promise<ChosenStorage> {
    const backend = new Backend(this.#location, blockedAfter(this.#timeout), (progress) =>
      process.stderr.write(`${visible(progress)}\n`),
    )
    this.#backend = backend
    return this.#usable(async () => {
      const driver = await backend.load()
      return findStorage(backend, driver, optionsFor(driver))
    })
  }

  /** @throws BadInput, Unavailable */
  async prepare(chosen: ChosenStorage, options: StorageOptions): Promise<void> {
    const backend = this.#backend
    if (backend === undefined) throw new Error("the driver was not found yet")
    await this.#usable(async () => {
      const run = { seed: 1, runFolder: this.folder, effort: {} }
      const storage = await prepareStorage(backend, chosen, { ...options, ...run })
      this.#prepared = storage
      if (!storage.reachable.answers)
        throw new Unavailable(`the backend of ${this.reference} does not answer: ${storage.reachable.reason}`)
      this.#lone = await LoneProcess.start({ ...this.#location, parameters: storage.request.parameters })
      if (this.#ended) await this.#lone.end()
    })
  }

  /** Removes what was stored and stops what was started; gives what could not be, a sentence each. */
  async end(): Promise<readonly string[]> {
    this.#ended = true
    await this.#lone?.end()
    const stored = this.#lone !== undefined && this.#prepared?.request.ownStorage === false
    const left = stored ? ((await this.#backend?.cleanUp([])) ?? []) : []
    const trouble = await this.#backend?.end()
    return trouble === undefined ? left : [...left, `the target of ${this.reference} could not be stopped: ${trouble}`]
  }

  /** Lets go of what would outlive this process. */
  abandon(): void {
    this.#backend?.abandon()
  }

  async #usable<Value>(use: () => Promise<Value>): Promise<Value> {
    try {
      return await use()
    } catch (reason) {
      if (reason instanceof Refusal) throw new BadInput(reason.message)
      throw reason instanceof ProcessLost ? new BadInput(`${this.reference} cannot be used: ${reason.message}`) : reason
    }
  }

  /** What fails while it is measured has no figures, and no verdict either. */
  async #told<Value>(measured: () => Promise<Value>): Promise<Value> {
    try {
      return await measured()
    } catch (reason) {
      const text = reason instanceof Error ? reason.message : String(reason)
      throw new Unavailable(`${this.reference} failed while it was measured: ${this.storage.redactor.text(text)}`)
    }
  }
}

async function withinReason(lone: LoneProcess, round: Round): Promise<Sample | undefined> {
  const { bytes, concurrency } = round.load
  const limit = patience + round.milliseconds + (transfers * bytes * concurrency) / slowest
  const late = (): Error => new Error(`"${round.name}" did not end within ${Math.round(limit / 1_000)} s`)
  return within(limit, lone.measure(round), late)
}
