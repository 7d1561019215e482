import { AskedProcess } from "../asked-process.ts"
import { type DriverProcessMessage, driverProcessMessage, type RequestName, type Requests } from "./protocol.ts"
import { Silence, waitedForProcessor } from "./silence.ts"

/** A driver process refused a request: it could not do what was asked. */
export class Refusal extends Error {
  override readonly name = "Refusal"
  readonly kind: "input" | "network" | "failure"

  constructor(kind: Refusal["kind"], message: string) {
    super(message)
    this.kind = kind
  }
}

/** A driver process ended, or stood still and was ended, while it was asked something. */
export class ProcessLost extends Error {
  override readonly name = "ProcessLost"
  readonly how: "ended" | "blocked"

  constructor(how: ProcessLost["how"], message: string) {
    super(message)
    this.how = how
  }
}

export interface ClientOptions {
  /** Milliseconds of {@link Silence} after which the process counts as blocked. */
  readonly blockedAfter: number
  readonly onNews?: (
    news: Extract<DriverProcessMessage, { type: `${string}:${"upload" | "leftover" | "progress" | "stray"}` }>,
  ) => void
}

/** Milliseconds between two looks for a sign of life. */
const lookEvery = 100

interface Watch {
  readonly silence: Silence
  readonly timer: NodeJS.Timeout
}

/** The command's end of one driver process. */
export class DriverProcessClient {
  readonly #process: AskedProcess
  readonly #options: ClientOptions
  #holdsTarget = false
  #watch: Watch | undefined
  #lost: ProcessLost | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.#process = new AskedProcess({
      beside: import.meta.url,
      execArgv: [],
      keptOutput: 2_000,
      onMessage: (message) => this.#receive(message),
      onLost: (how) => this.#lose(new ProcessLost("ended", `the driver's process ${how}`)),
      onParentEnd: () => this.abandon(),
    })
  }

  /** Whether the process is gone. */
  get lost(): boolean {
    return this.#lost !== undefined
  }

  /** The end of what the driver printed. */
  get output(): string {
    return this.#process.output
  }

  /** @throws Refusal, ProcessLost */
  request<Name extends RequestName>(name: Name, asks: Requests[Name]["asks"]): Promise<Requests[Name]["answers"]> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    this.#holdsTarget ||= name === "startTarget"
    this.#watch?.silence.end()
    this.#watch ??= this.#beginWatching()
    return this.#process.ask(name, asks)
  }

  /** Ends the process, gently first. */
  async end(): Promise<void> {
    if (this.#process.hasEnded) return
    this.#process.disconnect()
    const patience = setTimeout(() => this.#process.kill(), 2_000)
    await this.#process.exited
    clearTimeout(patience)
  }

  /**
   * For when the command itself is ending: the process is ended at once, since one that is blocked would not notice that its parent
   * has ended. One that holds a target is left to notice it and to stop the target.
   */
  abandon(): void {
    if (!this.#holdsTarget) this.kill()
    else this.#process.disconnect()
  }

  /** Ends the process at once. */
  kill(): void {
    this.#process.kill()
  }

  #receive(received: unknown): void {
    this.#watch?.silence.end()
    const message = driverProcessMessage.safeParse(received).data
    if (message === undefined) return
    switch (message.type) {
      case "storage-driver-conformance:alive":
        return
      case "storage-driver-conformance:answer":
        this.#process.answer(message.id, message.answers)
        this.#stopWatchingUnlessBusy()
        return
      case "storage-driver-conformance:refusal":
        this.#process.refuse(message.id, new Refusal(message.kind, message.message))
        this.#stopWatchingUnlessBusy()
        return
      default:
        this.#options.onNews?.(message)
    }
  }

  #stopWatchingUnlessBusy(): void {
    if (!this.#process.isBusy) this.#stopWatching()
  }

  #beginWatching(): Watch {
    const { id } = this.#process
    const silence = new Silence({
      now: () => performance.now(),
      waited: () => (id === undefined ? undefined : waitedForProcessor(id)),
    })
    return { silence, timer: setInterval(() => this.#lookForLife(silence), lookEvery) }
  }

  #lookForLife(silence: Silence): void {
    if (silence.look() < this.#options.blockedAfter) return
    this.#lose(new ProcessLost("blocked", `the driver blocked the event loop for more than ${this.#options.blockedAfter} ms`))
    this.#process.kill()
  }

  #lose(reason: ProcessLost): void {
    this.#lost ??= reason
    this.#stopWatching()
    this.#process.refuseAll(this.#lost)
  }

  #stopWatching(): void {
    clearInterval(this.#watch?.timer)
    this.#watch = undefined
  }
}
