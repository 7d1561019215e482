import type { DriverProcesses, LoneDriverProcess } from "../../suites/execution/driver-processes.ts"
import { AskedProcess } from "../asked-process.ts"
import type { BenchProcess } from "../bench/run.ts"
import { type LoneDriver, type LoneRequests, loneMessage } from "./messages.ts"

/** Processes that hold nothing but this driver, opened with these parameters. */
export function loneProcesses(driver: LoneDriver): DriverProcesses {
  return { start: () => LoneProcess.start(driver) }
}

type Asks<Name extends keyof LoneRequests> = LoneRequests[Name]["asks"]
type Answers<Name extends keyof LoneRequests> = LoneRequests[Name]["answers"]

export class LoneProcess implements LoneDriverProcess, BenchProcess {
  readonly #process: AskedProcess

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
    this.#process = new AskedProcess({
      beside: import.meta.url,
      // What is no longer needed is collected before the idle level is looked at.
      execArgv: ["--expose-gc"],
      keptOutput: 1_000,
      onMessage: (message) => this.#receive(message),
      onLost: (how) => this.#lose(how),
      onParentEnd: () => this.#process.kill(),
    })
  }

  upload(job: Asks<"upload">, onProgress?: (bytes: number) => void): Promise<Answers<"upload">> {
    return this.#request("upload", job, onProgress)
  }

  download(job: Asks<"download">): Promise<Answers<"download">> {
    return this.#request("download", job)
  }

  measure(round: Asks<"measure">): Promise<Answers<"measure">> {
    return this.#request("measure", round)
  }

  async endBenchmark(place: Asks<"endBenchmark">): Promise<void> {
    await this.#request("endBenchmark", place)
  }

  connectClients(crew: Asks<"connectClients">): Promise<Answers<"connectClients">> {
    return this.#request("connectClients", crew)
  }

  performCalls(calls: Asks<"performCalls">): Promise<Answers<"performCalls">> {
    return this.#request("performCalls", calls)
  }

  async closeClients(crew: Asks<"closeClients">): Promise<void> {
    await this.#request("closeClients", crew)
  }

  async kill(): Promise<void> {
    this.#process.kill()
    await this.#process.exited
  }

  /** Has nothing to say goodbye to: what a driver leaves open, the system closes. */
  async end(): Promise<void> {
    if (!this.#process.hasEnded) await this.kill()
  }

  #request<Name extends keyof LoneRequests>(
    name: Name,
    asks: Asks<Name>,
    onProgress?: (bytes: number) => void,
  ): Promise<Answers<Name>> {
    return this.#process.ask(name, asks, onProgress)
  }

  #receive(received: unknown): void {
    const message = loneMessage.safeParse(received).data
    switch (message?.type) {
      case "storage-driver-conformance:lone-progress":
        this.#process.progress(message.id, message.bytes)
        return
      case "storage-driver-conformance:lone-answer":
        this.#process.answer(message.id, message.answers)
        return
      case "storage-driver-conformance:lone-refusal": {
        const code = message.code === undefined ? {} : { code: message.code }
        this.#process.refuse(message.id, Object.assign(new Error(message.message), code))
      }
    }
  }

  #lose(how: string): void {
    const printed = this.#process.output.trim()
    this.#process.refuseAll(new Error(`the process ${how}${printed === "" ? "" : `; it printed: ${printed}`}`))
  }
}
