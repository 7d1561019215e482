import { setImmediate as turn } from "node:timers/promises"
import type { Clock } from "../../drivers/clock.ts"
import { errorCodeOf, type StorageDriver } from "../../drivers/contract.ts"
import type { OpenedStorage, Traffic } from "../../drivers/define.ts"
import type { ConcurrencyEffort } from "../concurrency/effort.ts"
import { noOverlap, type Overlap } from "../concurrency/recording/overlap.ts"
import type { Surroundings } from "../needs.ts"
import type { Explored } from "../sequences/coverage.ts"
import { demandDriver } from "./driver-shape.ts"
import { Abandoned, CallFailed, CallHung, describeReason, RuleBroken } from "./failures.ts"
import { Given } from "./given.ts"
import type { Evidence, Observation } from "./observation.ts"
import { ObservedDriver } from "./observed-driver.ts"
import type { TestedStorage } from "./opening.ts"
import { type TimeLimits, within } from "./time-limits.ts"
import { type RecordedCall, Trace } from "./trace.ts"
import { UploadLedger, type UploadListener } from "./upload-ledger.ts"

/** What the execution of rules stands on; the same for all rules of a run in one process. */
export interface Execution {
  readonly storage: TestedStorage
  readonly surroundings: Surroundings
  readonly limits: TimeLimits
  /** The run's own folder inside the storage: "/" and a name. */
  readonly runFolder: string
  /** Seed of the run, 32 bits. */
  readonly seed: number
  readonly onCall?: (ruleId: string, call: RecordedCall) => void
  readonly uploads?: UploadListener
  /** Told what could not be cleaned up. Never decides a verdict. */
  readonly onLeftover?: (message: string) => void
  /** How much is tried of what several clients do at once; default: the usual. */
  readonly concurrencyEffort?: ConcurrencyEffort
  /** Aborted where the run ends early: no further call is made for a rule, and what it left open is cleaned up. */
  readonly abandoned?: AbortSignal
}

/** One run of a check in a folder of its own, with an instance of its own. */
export interface Case extends Surroundings {
  readonly driver: ObservedDriver
  /** Prepares what the rule stands on. */
  readonly given: Given
  /** The calls of the case so far. */
  readonly trace: Trace
  /** One more instance of the driver on the same storage, with a clock to wait on where the driver takes one. */
  connect(clock?: Clock): Promise<ObservedDriver>
  /** An instance on what was opened in another way than the storage of the run, where each call waits until others have had their turns. */
  connectTo(opened: OpenedStorage): Promise<ObservedDriver>
  /**
   * An instance on what the misconfiguration of this name leads to.
   *
   * @throws CallFailed where it cannot be opened or connected to
   */
  connectMisconfigured(name: string): Promise<ObservedDriver>
  /** What the storage says it has asked of its backend, where it says so. */
  traffic(): Traffic | undefined
  /** Takes down what was measured, a sentence, for the report. */
  measured(what: string): void
}

/** Where cleaning up hung once it is not tried again: it says nothing of any rule, and would cost the time of a call each case. */
const closeHangs = new WeakSet<Execution>()

/** How many times as long a call may take that waits for the turns of others. */
const patienceInTurns = 6

/** What a rule's check is handed. */
export class RuleContext {
  readonly evidence: Evidence = { checks: 0, calls: 0 }
  readonly measured: string[] = []
  /** How much several clients at once got into each other's way. */
  overlap: Overlap = noOverlap
  readonly seed: number
  readonly surroundings: Surroundings
  readonly concurrencyEffort: ConcurrencyEffort | undefined
  /** The calls of the case that ran last. */
  trace = new Trace()
  /** What sequences of calls went through, where the rule ran some. */
  explored: Explored | undefined
  readonly ruleId: string
  readonly #execution: Execution
  #cases = 0

  constructor(ruleId: string, execution: Execution) {
    this.ruleId = ruleId
    this.#execution = execution
    this.surroundings = { ...execution.surroundings, misconfigurations: Object.keys(execution.storage.misconfigured ?? {}) }
    this.concurrencyEffort = execution.concurrencyEffort
    this.seed = seedFor(execution.seed, ruleId)
  }

  /** Runs `body` as one case. Whatever it leaves open is closed afterwards. */
  async case(body: (given: Case) => Promise<void>): Promise<void> {
    const { storage, runFolder, limits, onCall, uploads, abandoned } = this.#execution
    // Where a driver does all in memory nothing else would get a turn for as long as a rule takes, the sign of life included.
    await turn()
    if (abandoned?.aborted === true) throw new Abandoned()
    const number = ++this.#cases
    const ledger = new UploadLedger(uploads)
    const trace = new Trace()
    this.trace = trace
    const observation: Observation = {
      prefix: `${runFolder}/${this.ruleId.replace("/", ".")}/${number}`,
      trace,
      limits,
      uploads: ledger,
      evidence: this.evidence,
      onCall: (call) => onCall?.(this.ruleId, call),
      abandoned: () => abandoned?.aborted === true && !trace.closed,
    }
    const instances: ObservedDriver[] = []
    const connectTo = async (opened: OpenedStorage, clock?: Clock, other?: TimeLimits): Promise<ObservedDriver> => {
      const driver = await connectWithin(() => opened.connect(clock && { clock }), limits.call, instances.length + 1)
      const observed = new ObservedDriver(driver, instances.length + 1, { ...observation, limits: other ?? limits })
      instances.push(observed)
      return observed
    }
    const connect = (clock?: Clock) => connectTo(storage, clock)
    const misconfigured: OpenedStorage[] = []
    const connectMisconfigured = async (name: string): Promise<ObservedDriver> => {
      const opened = await openMisconfigured(storage, name, instances.length + 1)
      misconfigured.push(opened)
      return connectTo(opened)
    }
    try {
      const driver = await connect()
      await body({
        ...this.surroundings,
        driver,
        given: new Given(driver),
        connect,
        connectTo: (opened) => connectTo(opened, undefined, { call: patienceInTurns * limits.call }),
        connectMisconfigured,
        trace,
        traffic: () => storage.traffic?.(),
        measured: (what) => this.measured.push(what),
      })
    } finally {
      observation.trace.close()
      await this.#cleanUp(instances, ledger)
      for (const opened of misconfigured) await this.#attempt("closing a misconfigured storage", () => opened.close())
    }
  }

  async #cleanUp(instances: readonly ObservedDriver[], ledger: UploadLedger): Promise<void> {
    for (const instance of instances) for (const stream of instance.streams) stream.destroy()
    const [first] = instances
    if (!this.#execution.surroundings.ownStorage && first !== undefined) await this.#cancelUploads(first, instances, ledger)
    for (const instance of instances) {
      if (closeHangs.has(this.#execution)) return
      await this.#attempt(`closing instance ${instance.instance}`, () => instance.close())
    }
  }

  async #cancelUploads(driver: ObservedDriver, instances: readonly ObservedDriver[], ledger: UploadLedger): Promise<void> {
    for (const writer of instances.flatMap((instance) => instance.unfinishedWriters)) {
      await writer.cancel().catch(() => undefined) // a closed writer may refuse: what stays pending is resumed and cancelled next
    }
    for (const path of ledger.pending) {
      await this.#attempt(`cancelling the upload to ${path}`, async () => {
        const writer = await driver.bare.writer(path, { append: true })
        await writer.cancel()
      })
    }
  }

  async #attempt(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (reason) {
      if (saysNothingIsThere(reason)) return
      if (reason instanceof CallHung) closeHangs.add(this.#execution)
      this.#execution.onLeftover?.(`${this.ruleId}: ${what} failed: ${describeReason(reason)}`)
    }
  }
}

/** An upload that was refused, or that left nothing, need not be cancelled. */
function saysNothingIsThere(reason: unknown): boolean {
  const code = reason instanceof CallFailed ? errorCodeOf(reason.reason) : undefined
  return code === "PathNotFound" || code === "InvalidPath"
}

/** Connecting is no call of the contract, so it stands in no trace; what goes wrong with it is the driver's all the same. */
async function connectWithin(connect: OpenedStorage["connect"], limit: number, instance: number): Promise<StorageDriver> {
  const call: RecordedCall = { instance, method: "connect", arguments: [], outcome: "…" }
  const connecting = new Promise<StorageDriver>((resolve) => {
    resolve(connect())
  })
  try {
    return demandDriver(await within<unknown>(limit, connecting, () => new CallHung(call, limit)))
  } catch (reason) {
    throw reason instanceof CallHung || reason instanceof RuleBroken ? reason : new CallFailed(call, reason, "")
  }
}

/** As with connecting, what goes wrong here is the driver's. */
async function openMisconfigured(storage: TestedStorage, name: string, instance: number): Promise<OpenedStorage> {
  const open = storage.misconfigured?.[name]
  if (open === undefined) throw new Error(`there is no misconfiguration ${name}`)
  try {
    return await open()
  } catch (reason) {
    throw new CallFailed({ instance, method: "open", arguments: [], outcome: "…" }, reason, "")
  }
}

/** The seed of one rule (FNV-1a of both), so that a rule run alone does what it does among others. */
function seedFor(seed: number, ruleId: string): number {
  let hash = 0x811c9dc5 ^ seed
  for (const byte of Buffer.from(ruleId)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash | 0
}
