import { AsyncLocalStorage } from "node:async_hooks"
import { setImmediate as turn } from "node:timers/promises"
import type { OpenedStorage } from "../../drivers/define.ts"
import { backendIn, withOrigin } from "../../fixtures/faults/request-gates.ts"
import { loadAllRules } from "../../suites/catalogue.ts"
import { ClientProcesses } from "../../suites/concurrency/processes/client-processes.ts"
import { GatedStorages } from "../../suites/concurrency/timing/gated-storages.ts"
import type { ProbeAnswer } from "../../suites/execution/confirm.ts"
import { describeReason } from "../../suites/execution/failures.ts"
import type { RuleOutcome } from "../../suites/execution/outcome.ts"
import type { Execution } from "../../suites/execution/rule-context.ts"
import { runRule } from "../../suites/execution/run-rule.ts"
import { resolveCapabilities } from "../../suites/needs.ts"
import type { Rule } from "../../suites/rule.ts"
import { loneProcesses } from "../lone-process/client.ts"
import type { BlackBox } from "./black-box.ts"
import { chargeStray } from "./charge.ts"
import { HeldTarget } from "./held-target.ts"
import { LoadedDriver } from "./loaded-driver.ts"
import type { DriverProcessMessage, OpenRequest, RequestName, Requests } from "./protocol.ts"
import { InputRefused } from "./refusals.ts"
import { cleanUp, probeStorage, requireDriver } from "./storage.ts"

export interface DriverHostOptions {
  readonly send: (message: DriverProcessMessage) => void
  readonly openBlackBox: (path: string) => BlackBox
}

interface Opened {
  readonly storage: OpenedStorage
  readonly request: OpenRequest
  readonly execution: Execution
}

/** What a driver process does: it holds one driver, starts its target, opens its storage and runs rules on it, one at a time. */
export class DriverHost {
  readonly #options: DriverHostOptions
  readonly #running = new AsyncLocalStorage<string>()
  readonly #strays = new Map<string, string>()
  readonly #abandoned = new AbortController()
  readonly #target = new HeldTarget()
  #runningNow: string | undefined
  #driver: LoadedDriver | undefined
  #module: Requests["load"]["asks"] | undefined
  #opened: Opened | undefined
  #clients: ClientProcesses | undefined
  #gated: GatedStorages | undefined
  #blackBox: BlackBox | undefined
  #rules: Promise<ReadonlyMap<string, Rule>> | undefined

  constructor(options: DriverHostOptions) {
    this.#options = options
  }

  /** @throws whatever keeps the request from being answered; see refusals.ts */
  handle(name: RequestName, asks: unknown): Promise<unknown> {
    return this.#handlers[name](asks as never)
  }

  /** An error that nobody handles is charged to the rule that it comes from, or that is running. */
  stray(reason: unknown): void {
    const message = describeReason(reason)
    const ruleId = this.#running.getStore() ?? this.#runningNow
    if (ruleId === undefined)
      this.#options.send({ type: "storage-driver-conformance:leftover", message: `unhandled: ${message}` })
    else if (ruleId !== this.#runningNow) this.#options.send({ type: "storage-driver-conformance:stray", ruleId, message })
    else if (!this.#strays.has(ruleId)) this.#strays.set(ruleId, message)
  }

  /** Lets go of all that was taken. */
  async end(): Promise<void> {
    this.#blackBox?.discard()
    this.#blackBox = undefined
    await Promise.allSettled([this.#clients?.end(), this.#gated?.end(), this.#opened?.storage.close()])
    await this.#target.stop()
  }

  readonly #handlers: { readonly [Name in RequestName]: (asks: Requests[Name]["asks"]) => Promise<Requests[Name]["answers"]> } = {
    load: async ({ url, reference }) => {
      this.#module = { url, reference }
      this.#driver = await LoadedDriver.load(url, reference)
      return this.#driver.describe()
    },
    validate: async ({ parameters }) => this.#loaded().validate(parameters),
    startTarget: async (request) => {
      const tell = (progress: string) => this.#options.send({ type: "storage-driver-conformance:progress", progress })
      const { description, parameters } = await this.#target.start((signal) =>
        this.#loaded().startTarget(request, { signal, tell }),
      )
      return { description, parameters }
    },
    stopTarget: async () => {
      await this.#target.stop()
      return null
    },
    open: async (request) => {
      this.#opened = await this.#open(request)
      return this.#opened.storage.capabilities ?? null
    },
    probe: ({ milliseconds }) => this.#probe(milliseconds),
    room: async () => (await this.#target.started?.room?.()) ?? null,
    run: ({ ruleId, room }) => this.#run(ruleId, room),
    abandon: async () => {
      this.#abandoned.abort()
      return null
    },
    cleanUp: ({ uploads }) => {
      const { storage, request } = this.#demandOpened()
      return cleanUp(storage, request, uploads)
    },
  }

  async #open(request: OpenRequest): Promise<Opened> {
    const driver = this.#loaded()
    const storage = await driver.open(request.parameters, 6 * request.limits.call)
    await requireDriver(storage, request.limits.call)
    const blackBox = request.blackBox === null ? undefined : this.#options.openBlackBox(request.blackBox)
    this.#blackBox = blackBox
    const { send } = this.#options
    const processes = loneProcesses({ ...this.#demandModule(), parameters: request.parameters })
    if (request.clientProcesses !== undefined) this.#clients = new ClientProcesses(processes, request.clientProcesses)
    if (request.orderRequests === true) this.#gated = gatedStorages(driver, request)
    const execution: Execution = {
      storage,
      surroundings: {
        capabilities: resolveCapabilities(driver.module.capabilities, storage.capabilities),
        ownStorage: request.ownStorage,
        extent: request.extent,
        processes,
        clientProcesses: this.#clients,
        gatedStorages: this.#gated,
        effort: request.effort,
      },
      limits: request.limits,
      runFolder: request.runFolder,
      seed: request.seed,
      abandoned: this.#abandoned.signal,
      onCall: (_ruleId, call) => blackBox?.write(`${call.method}(${call.arguments.join(", ")})`),
      uploads: {
        began: (path) => send({ type: "storage-driver-conformance:upload", began: true, path }),
        ended: (path) => send({ type: "storage-driver-conformance:upload", began: false, path }),
      },
      onLeftover: (message) => send({ type: "storage-driver-conformance:leftover", message }),
    }
    return { storage, request, execution }
  }

  async #run(ruleId: string, room: number | undefined): Promise<RuleOutcome> {
    const { execution } = this.#demandOpened()
    this.#rules ??= loadAllRules()
    const rule = (await this.#rules).get(ruleId)
    if (rule === undefined) throw new InputRefused(`there is no rule ${ruleId}`)
    this.#runningNow = ruleId
    const outcome = await this.#running.run(ruleId, () =>
      runRule(rule, { ...execution, surroundings: { ...execution.surroundings, room } }),
    )
    // Rejections are reported a turn after the promise was left alone: those that this rule left behind are its own.
    await turn()
    await turn()
    this.#runningNow = undefined
    const stray = this.#strays.get(ruleId)
    return stray === undefined ? outcome : chargeStray(outcome, stray)
  }

  #probe(milliseconds: number): Promise<ProbeAnswer> {
    return probeStorage(milliseconds, this.#target.started, this.#opened?.storage)
  }

  #loaded(): LoadedDriver {
    if (this.#driver === undefined) throw new Error("no driver was loaded in this process")
    return this.#driver
  }

  #demandModule(): Requests["load"]["asks"] {
    if (this.#module === undefined) throw new Error("no driver was loaded in this process")
    return this.#module
  }

  #demandOpened(): Opened {
    if (this.#opened === undefined) throw new Error("no storage was opened in this process")
    return this.#opened
  }
}

/** @throws InputRefused where the backend is none over HTTP */
function gatedStorages(driver: LoadedDriver, { parameters, limits }: OpenRequest): GatedStorages {
  const backend = backendIn(parameters)
  if (backend === undefined)
    throw new InputRefused("--order-requests holds requests over plain HTTP back, and no parameter of the driver is such a URL")
  return new GatedStorages(backend, (origin) => driver.open(withOrigin(parameters, backend, origin), 6 * limits.call))
}
