import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import {
  type DriverProcessMessage,
  driverProcessMessage,
  type RequestMessage,
  type RequestName,
  type Requests,
} from "./protocol.ts"

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
  /** Milliseconds without a sign of life after which the process counts as blocked. */
  readonly blockedAfter: number
  readonly onNews?: (
    news: Extract<DriverProcessMessage, { type: `${string}:${"upload" | "leftover" | "progress" | "stray"}` }>,
  ) => void
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: Error) => void
}

const keptOutput = 2_000

/** Milliseconds between two looks for a sign of life. */
const lookEvery = 100

/** The command's end of one driver process. */
export class DriverProcessClient {
  readonly #child: ChildProcess
  readonly #options: ClientOptions
  readonly #waiting = new Map<number, Waiting>()
  readonly #exited: Promise<void>
  readonly #abandonWithParent = (): void => this.abandon()
  #holdsTarget = false
  #lastSign = performance.now()
  #lastLook = performance.now()
  #watch: NodeJS.Timeout | undefined
  #nextId = 1
  #lost: ProcessLost | undefined
  #output = ""

  constructor(options: ClientOptions) {
    this.#options = options
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
    this.#child = fork(fileURLToPath(new URL(`./entry.${extension}`, import.meta.url)), [], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      execArgv: [],
      // Ctrl-C goes to the terminal's whole group of processes: what is done about it, the command alone decides.
      detached: true,
    })
    const keep = (text: Buffer): void => {
      this.#output = (this.#output + text.toString()).slice(-keptOutput)
    }
    this.#child.stdout?.on("data", keep)
    this.#child.stderr?.on("data", keep)
    this.#child.on("message", (message) => this.#receive(message))
    process.on("exit", this.#abandonWithParent)
    this.#exited = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`
        process.off("exit", this.#abandonWithParent)
        this.#lose(this.#lost ?? new ProcessLost("ended", `the driver's process ended ${how}`))
        resolve()
      })
      this.#child.once("error", (error) => {
        this.#lose(new ProcessLost("ended", `the driver's process could not be started: ${error.message}`))
        resolve()
      })
    })
  }

  /** Whether the process is gone. */
  get lost(): boolean {
    return this.#lost !== undefined
  }

  /** The end of what the driver printed. */
  get output(): string {
    return this.#output
  }

  /** @throws Refusal, ProcessLost */
  request<Name extends RequestName>(name: Name, asks: Requests[Name]["asks"]): Promise<Requests[Name]["answers"]> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    this.#holdsTarget ||= name === "startTarget"
    const message: RequestMessage = { id: this.#nextId++, name, asks }
    this.#lastSign = performance.now()
    this.#lastLook = this.#lastSign
    this.#watch ??= setInterval(() => this.#lookForLife(), lookEvery)
    return new Promise<Requests[Name]["answers"]>((resolve, reject) => {
      this.#waiting.set(message.id, { resolve: resolve as (value: unknown) => void, reject })
      this.#child.send(message, (error) => {
        if (error !== null) this.#lose(new ProcessLost("ended", `the driver's process cannot be reached: ${error.message}`))
      })
    })
  }

  /** Ends the process, gently first. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    if (this.#child.connected) this.#child.disconnect()
    const patience = setTimeout(() => this.#child.kill("SIGKILL"), 2_000)
    await this.#exited
    clearTimeout(patience)
  }

  /**
   * For when the command itself is ending: the process is ended at once, since one that is blocked would not notice that its parent
   * has ended. One that holds a target is left to notice it and to stop the target.
   */
  abandon(): void {
    if (!this.#holdsTarget) this.kill()
    else if (this.#child.connected) this.#child.disconnect()
  }

  /** Ends the process at once. */
  kill(): void {
    this.#child.kill("SIGKILL")
  }

  #receive(received: unknown): void {
    this.#lastSign = performance.now()
    const message = driverProcessMessage.safeParse(received).data
    if (message === undefined) return
    switch (message.type) {
      case "storage-driver-conformance:alive":
        return
      case "storage-driver-conformance:answer":
        this.#settle(message.id, (waiting) => waiting.resolve(message.answers))
        return
      case "storage-driver-conformance:refusal":
        this.#settle(message.id, (waiting) => waiting.reject(new Refusal(message.kind, message.message)))
        return
      default:
        this.#options.onNews?.(message)
    }
  }

  #settle(id: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#stopWatching()
    settle(waiting)
  }

  #lookForLife(): void {
    const now = performance.now()
    // Who stood still itself, with the whole machine or by a signal, has no right to say that another did.
    if (now - this.#lastLook > 10 * lookEvery) this.#lastSign = now
    this.#lastLook = now
    const silence = now - this.#lastSign
    if (silence < this.#options.blockedAfter) return
    this.#lose(new ProcessLost("blocked", `the driver blocked the event loop for more than ${this.#options.blockedAfter} ms`))
    this.#child.kill("SIGKILL")
  }

  #lose(reason: ProcessLost): void {
    this.#lost ??= reason
    this.#stopWatching()
    for (const waiting of this.#waiting.values()) waiting.reject(this.#lost)
    this.#waiting.clear()
  }

  #stopWatching(): void {
    clearInterval(this.#watch)
    this.#watch = undefined
  }
}
