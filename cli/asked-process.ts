import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"

export interface AskedProcessOptions {
  /** URL of the module that asks; the process runs `entry` beside it. */
  readonly beside: string
  /** Options of Node's own. */
  readonly execArgv: readonly string[]
  /** Characters that are kept of what it prints, from the end. */
  readonly keptOutput: number
  /** Takes what the process sends; the driver in it may send messages of its own. */
  readonly onMessage: (received: unknown) => void
  /** Told how the process was lost: "ended with exit code 1". */
  readonly onLost: (how: string) => void
  /** What becomes of the process when this one ends. */
  readonly onParentEnd: () => void
}

interface Waiting {
  readonly resolve: (answers: unknown) => void
  readonly reject: (reason: Error) => void
  readonly onProgress: ((bytes: number) => void) | undefined
}

/** A process of our own that is asked for things, many at a time: its beginning and end, and who waits for which answer. */
export class AskedProcess {
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>
  readonly #child: ChildProcess
  readonly #options: AskedProcessOptions
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #output = ""

  constructor(options: AskedProcessOptions) {
    this.#options = options
    const extension = options.beside.endsWith(".ts") ? "ts" : "js"
    this.#child = fork(fileURLToPath(new URL(`./entry.${extension}`, options.beside)), [], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      execArgv: [...options.execArgv],
      // Ctrl-C goes to the terminal's whole group of processes: what is done about it, the command alone decides.
      detached: true,
    })
    const keep = (text: Buffer): void => {
      this.#output = (this.#output + text.toString()).slice(-options.keptOutput)
    }
    this.#child.stdout?.on("data", keep)
    this.#child.stderr?.on("data", keep)
    this.#child.on("message", options.onMessage)
    process.on("exit", options.onParentEnd)
    this.exited = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        process.off("exit", options.onParentEnd)
        options.onLost(`ended ${signal === null ? `with exit code ${code}` : `by ${signal}`}`)
        resolve()
      })
      this.#child.once("error", (error) => {
        options.onLost(`could not be started: ${error.message}`)
        resolve()
      })
    })
  }

  /** What the system calls it by; undefined where it could not be started. */
  get id(): number | undefined {
    return this.#child.pid
  }

  /** The end of what it printed. */
  get output(): string {
    return this.#output
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Whether an answer is awaited. */
  get isBusy(): boolean {
    return this.#waiting.size > 0
  }

  /** Resolves or rejects when the answer is settled, or the process lost. */
  ask<Answers>(name: string, asks: unknown, onProgress?: (bytes: number) => void): Promise<Answers> {
    const id = this.#nextId++
    return new Promise<Answers>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answers: unknown) => void, reject, onProgress })
      this.#child.send({ id, name, asks }, (error) => {
        if (error !== null) this.#options.onLost(`cannot be reached: ${error.message}`)
      })
    })
  }

  answer(id: number, answers: unknown): void {
    this.#settle(id, ({ resolve }) => resolve(answers))
  }

  refuse(id: number, reason: Error): void {
    this.#settle(id, ({ reject }) => reject(reason))
  }

  progress(id: number, bytes: number): void {
    this.#waiting.get(id)?.onProgress?.(bytes)
  }

  /** Nobody waits any more. */
  refuseAll(reason: Error): void {
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }

  /** Lets the process notice that nobody asks any more. */
  disconnect(): void {
    if (this.#child.connected) this.#child.disconnect()
  }

  kill(): void {
    this.#child.kill("SIGKILL")
  }

  #settle(id: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    settle(waiting)
  }
}
