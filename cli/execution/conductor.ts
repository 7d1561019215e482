import { randomUUID } from "node:crypto"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { confirmOutcome, type ProbeAnswer } from "../../suites/execution/confirm.ts"
import type { Failure, RuleOutcome } from "../../suites/execution/outcome.ts"
import { readBlackBox, removeBlackBox } from "../driver-process/black-box.ts"
import { chargeStray, failureWithoutCall } from "../driver-process/charge.ts"
import { DriverProcessClient, ProcessLost, Refusal } from "../driver-process/client.ts"
import type { OpenRequest } from "../driver-process/protocol.ts"

export interface ConductorOptions {
  readonly module: { readonly url: string; readonly reference: string }
  readonly open: Omit<OpenRequest, "blackBox">
  /** How many driver processes run rules side by side. */
  readonly concurrency: number
  /** Whether the backend answers. */
  readonly probe: () => Promise<ProbeAnswer>
  /** Bytes that the backend still takes, where it can tell. */
  readonly room?: () => Promise<number | undefined>
  readonly onStarted?: (ruleId: string) => void
  readonly onFinished?: (outcome: RuleOutcome) => void
  /** Takes secrets out of what leaves a driver process. */
  readonly redact: <Value>(value: Value) => Value
}

/** After so many rules in which a call hung, or the backend was gone, the rest are not run: a dead driver is to cost seconds. */
const patience = 3

/** Milliseconds for a process to clean up behind a rule that it is to leave. */
const abandonLimit = 2_000

/**
 * Runs rules in driver processes: one rule at a time in each, so that whatever happens to a process happened to that rule. A process
 * that was lost is replaced.
 */
export class Conductor {
  readonly #options: ConductorOptions
  readonly #idle: Worker[] = []
  readonly #queue: ((worker: Worker | undefined) => void)[] = []
  readonly #workers = new Set<Worker>()
  readonly #uploads = new Set<string>()
  readonly #leftovers: string[] = []
  readonly #outcomes = new Map<string, RuleOutcome>()
  #lostPatience = 0
  #stopped: string | undefined
  #gone = false

  constructor(options: ConductorOptions) {
    this.#options = options
  }

  /** What came of the rules so far, by id. */
  get outcomes(): ReadonlyMap<string, RuleOutcome> {
    return this.#outcomes
  }

  /** Full paths of uploads that may still be pending. */
  get uploads(): readonly string[] {
    return [...this.#uploads]
  }

  /** What could not be cleaned up, a sentence each. */
  get leftovers(): readonly string[] {
    return this.#leftovers
  }

  /** Why rules are not run any more, where that is so. */
  get stopped(): string | undefined {
    return this.#stopped
  }

  /** Whether the backend stopped answering. */
  get gone(): boolean {
    return this.#gone
  }

  /** Runs a rule when a process is free. */
  async run(ruleId: string): Promise<RuleOutcome> {
    const worker = await this.#free()
    const outcome = worker === undefined ? notReached(ruleId, this.#stopped ?? "") : await this.#perform(worker, ruleId)
    if (worker !== undefined) this.#release(worker)
    this.#outcomes.set(ruleId, outcome)
    this.#options.onFinished?.(outcome)
    return outcome
  }

  /** Has no rule run for a backend that does not answer. */
  giveUp(reason: string): void {
    this.noteGone()
    this.#stopped ??= `the backend does not answer: ${reason}`
  }

  /** The backend was found not to answer: what failed may be its fault, and what was kept may be so by chance. */
  noteGone(): void {
    this.#gone = true
  }

  /** Lets no further rule start; those under way are abandoned. */
  stop(reason: string): void {
    this.#stopped ??= reason
    for (const worker of this.#workers) worker.abandon()
    for (const waiting of this.#queue.splice(0)) waiting(undefined)
  }

  /** Ends all processes. */
  async end(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.end()))
  }

  async #perform(worker: Worker, ruleId: string): Promise<RuleOutcome> {
    const started = performance.now()
    this.#options.onStarted?.(ruleId)
    const outcome = await this.#ask(worker, ruleId, started)
    const confirmed = this.#options.redact(await confirmOutcome(outcome, this.#options.probe))
    this.#count(confirmed)
    return confirmed
  }

  async #ask(worker: Worker, ruleId: string, started: number): Promise<RuleOutcome> {
    const counted = () => ({ ruleId, checks: 0, calls: 0, milliseconds: Math.round(performance.now() - started) })
    try {
      await worker.ready
      return await worker.client.request("run", { ruleId, room: await this.#options.room?.() })
    } catch (reason) {
      if (this.#stopped !== undefined) return notReached(ruleId, this.#stopped)
      if (reason instanceof ProcessLost) {
        if (reason.how === "blocked") this.#losePatience(`the event loop was blocked in ${patience} rules before`)
        return { ...counted(), status: "failed", failure: lossOf(reason, worker, this.#options.redact) }
      }
      if (!(reason instanceof Refusal)) throw reason
      if (reason.kind === "network")
        return { ...counted(), status: "inconclusive", because: "backend-gone", reason: reason.message }
      return { ...counted(), status: "failed", failure: failureWithoutCall("the storage to open", reason.message) }
    }
  }

  /** Keeps count of what says that nobody is there. */
  #count(outcome: RuleOutcome): void {
    const hung = (outcome.status === "failed" || outcome.status === "set-up-failed") && outcome.failure.doubt === "hung"
    const gone = outcome.status === "inconclusive" && outcome.because === "backend-gone"
    if (gone) this.#gone = true
    if (gone) this.#losePatience("the backend does not answer")
    else if (hung) this.#losePatience(`calls hung in ${patience} rules before`)
  }

  #losePatience(reason: string): void {
    this.#lostPatience++
    if (this.#lostPatience < patience) return
    this.#stopped ??= reason
    for (const waiting of this.#queue.splice(0)) waiting(undefined)
  }

  #free(): Promise<Worker | undefined> {
    if (this.#stopped !== undefined) return Promise.resolve(undefined)
    const worker = this.#idle.shift()
    if (worker !== undefined) return Promise.resolve(worker)
    if (this.#workers.size < this.#options.concurrency) return Promise.resolve(this.#hire())
    return new Promise((resolve) => this.#queue.push(resolve))
  }

  #release(worker: Worker): void {
    if (worker.client.lost) {
      this.#workers.delete(worker)
      worker.forget()
      if (this.#stopped === undefined && this.#queue.length > 0) this.#assign(this.#hire())
    } else {
      this.#assign(worker)
    }
  }

  #assign(worker: Worker): void {
    const waiting = this.#queue.shift()
    if (waiting === undefined) this.#idle.push(worker)
    else waiting(worker)
  }

  #hire(): Worker {
    const worker = new Worker(this.#options, {
      upload: (began, path) => (began ? this.#uploads.add(path) : this.#uploads.delete(path)),
      leftover: (message) => this.#leftovers.push(this.#options.redact(message)),
      stray: (ruleId, message) => this.#charge(ruleId, message),
    })
    this.#workers.add(worker)
    return worker
  }

  #charge(ruleId: string, message: string): void {
    const outcome = this.#outcomes.get(ruleId)
    if (outcome !== undefined) this.#outcomes.set(ruleId, chargeStray(outcome, this.#options.redact(message)))
  }
}

interface News {
  readonly upload: (began: boolean, path: string) => void
  readonly leftover: (message: string) => void
  readonly stray: (ruleId: string, message: string) => void
}

/** One driver process with its storage open, or about to be. */
class Worker {
  readonly client: DriverProcessClient
  /** Resolves when rules can be run; rejects when the storage could not be opened. */
  readonly ready: Promise<void>
  readonly #blackBox = join(tmpdir(), `storage-driver-conformance-${randomUUID()}`)
  /** The command may end without waiting for its processes. */
  readonly #forgetWithCommand = (): void => removeBlackBox(this.#blackBox)

  constructor({ module, open }: ConductorOptions, news: News) {
    this.client = new DriverProcessClient({
      blockedAfter: Math.max(3_000, open.limits.call + 1_000),
      onNews: (message) => {
        if (message.type.endsWith(":upload") && "began" in message) news.upload(message.began, message.path)
        else if ("ruleId" in message) news.stray(message.ruleId, message.message)
        else if ("message" in message) news.leftover(message.message)
      },
    })
    process.once("exit", this.#forgetWithCommand)
    this.ready = this.#open(module, open)
    this.ready.catch(() => {}) // whoever runs a rule on it hears of it
  }

  /** The call under way when the process was lost. */
  get lastCall(): string {
    return readBlackBox(this.#blackBox)
  }

  /** Has the process leave its rule and clean up behind it, for as long as a user waits who wants the end. */
  abandon(): void {
    const patience = setTimeout(() => this.client.kill(), abandonLimit)
    patience.unref()
    this.client.request("abandon", {}).catch(() => clearTimeout(patience)) // a process that is lost has nothing to abandon
  }

  async end(): Promise<void> {
    await this.client.end()
    this.forget()
  }

  forget(): void {
    process.off("exit", this.#forgetWithCommand)
    removeBlackBox(this.#blackBox)
  }

  async #open(module: ConductorOptions["module"], open: ConductorOptions["open"]): Promise<void> {
    await this.client.request("load", module)
    await this.client.request("open", { ...open, blackBox: this.#blackBox })
  }
}

function notReached(ruleId: string, reason: string): RuleOutcome {
  return { ruleId, checks: 0, calls: 0, milliseconds: 0, status: "inconclusive", because: "stopped", reason }
}

/** What was printed is redacted before it is cut: the rest of a secret is a secret too. */
function lossOf(reason: ProcessLost, worker: Worker, redact: ConductorOptions["redact"]): Failure {
  const call = worker.lastCall
  const printed = redact(worker.client.output).trim()
  const where = call === "" ? "" : ` in ${call}`
  const actual = `${reason.message}${where}${printed === "" ? "" : `; it printed: ${printed.slice(-300)}`}`
  return failureWithoutCall("the process to go on", actual)
}
