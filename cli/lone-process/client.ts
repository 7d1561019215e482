import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { DriverProcess, DriverProcesses } from "../../suites/execution/driver-processes.ts"
import type { BenchProcess } from "../bench/run.ts"
import { type LoneDriver, type LoneRequests, loneMessage } from "./messages.ts"

/** Processes that hold nothing but this driver, opened with these parameters. */
export function loneProcesses(driver: LoneDriver): DriverProcesses {
  return { start: () => LoneProcess.start(driver) }
}

interface Waiting {
  readonly resolve: (answers: unknown) => void
  readonly reject: (reason: Error) => void
  readonly onProgress: ((bytes: number) => void) | undefined
}

const keptOutput = 1_000

export class LoneProcess implements DriverProcess, BenchProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #exited: Promise<unknown>
  readonly #killWithParent = (): void => {
    this.#child.kill("SIGKILL")
  }
  #nextId = 1
  #output = ""

  static async start(driver: LoneDriver): Promise<LoneProcess> {
    const lone = new LoneProcess()
    try {
      await lone.#request("open", driver)
      return lone
    } catch (reason) {
      await lone.kill()
      throw reason
    }
  }

  private constructor() {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
    this.#child = fork(fileURLToPath(new URL(`./entry.${extension}`, import.meta.url)), [], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      // What is no longer needed is collected before the idle level is looked at.
      execArgv: ["--expose-gc"],
      detached: true,
    })
    const keep = (text: Buffer): void => {
      this.#output = (this.#output + text.toString()).slice(-keptOutput)
    }
    this.#child.stdout?.on("data", keep)
    this.#child.stderr?.on("data", keep)
    this.#child.on("message", (message) => this.#receive(message))
    this.#child.on("error", (error) => this.#lose(error))
    process.on("exit", this.#killWithParent)
    this.#exited = once(this.#child, "exit").then(([code, signal]) => {
      process.off("exit", this.#killWithParent)
      const printed = this.#output.trim()
      const how = `the process ended ${signal === null ? `with exit code ${code}` : `by ${signal}`}`
      this.#lose(new Error(printed === "" ? how : `${how}; it printed: ${printed}`))
    })
  }

  upload(job: LoneRequests["upload"]["asks"], onProgress?: (bytes: number) => void): Promise<LoneRequests["upload"]["answers"]> {
    return this.#request("upload", job, onProgress)
  }

  download(job: LoneRequests["download"]["asks"]): Promise<LoneRequests["download"]["answers"]> {
    return this.#request("download", job)
  }

  measure(round: LoneRequests["measure"]["asks"]): Promise<LoneRequests["measure"]["answers"]> {
    return this.#request("measure", round)
  }

  async endBenchmark(place: LoneRequests["endBenchmark"]["asks"]): Promise<void> {
    await this.#request("endBenchmark", place)
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL")
    await this.#exited
  }

  /** Has nothing to say goodbye to: what a driver leaves open, the system closes. */
  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill()
  }

  #request<Name extends keyof LoneRequests>(
    name: Name,
    asks: LoneRequests[Name]["asks"],
    onProgress?: (bytes: number) => void,
  ): Promise<LoneRequests[Name]["answers"]> {
    const id = this.#nextId++
    return new Promise<LoneRequests[Name]["answers"]>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answers: unknown) => void, reject, onProgress })
      this.#child.send({ id, name, asks }, (error) => {
        if (error !== null) this.#lose(error)
      })
    })
  }

  #receive(received: unknown): void {
    const message = loneMessage.safeParse(received).data
    if (message === undefined) return
    const waiting = this.#waiting.get(message.id)
    if (waiting === undefined) return
    if (message.type === "storage-driver-conformance:lone-progress") {
      waiting.onProgress?.(message.bytes)
      return
    }
    this.#waiting.delete(message.id)
    if (message.type === "storage-driver-conformance:lone-answer") waiting.resolve(message.answers)
    else waiting.reject(Object.assign(new Error(message.message), message.code === undefined ? {} : { code: message.code }))
  }

  #lose(reason: Error): void {
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }
}
