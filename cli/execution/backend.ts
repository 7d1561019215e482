import type { ProbeAnswer } from "../../suites/execution/confirm.ts"
import type { ParameterIssue } from "../../suites/execution/opening.ts"
import { within } from "../../suites/execution/time-limits.ts"
import { type ClientOptions, DriverProcessClient, ProcessLost, Refusal } from "../driver-process/client.ts"
import type { DriverDescription, OpenRequest, StartTargetRequest, TargetDescription } from "../driver-process/protocol.ts"

export interface DriverModuleLocation {
  /** URL of the module's file. */
  readonly url: string
  /** As the user wrote it. */
  readonly reference: string
}

/** Milliseconds for a target to stop; after that it is left to end with its process. */
const stopLimit = 10_000

/** Milliseconds of silence after which a driver process counts as blocked, given the time of a call. */
export function blockedAfter(timeout: number): number {
  return Math.max(3_000, timeout + 1_000)
}

/**
 * The driver process that runs no rules: it describes the driver, holds its target, says whether the backend answers, and cleans up
 * in the end.
 */
export class Backend {
  readonly #location: DriverModuleLocation
  readonly #options: ClientOptions
  #client: DriverProcessClient
  #opened: OpenRequest | undefined

  /**
   * @param blockedAfter milliseconds of silence after which the process counts as blocked
   * @param tell takes what a target that is being started says
   */
  constructor(location: DriverModuleLocation, blockedAfter: number, tell: (progress: string) => void = () => {}) {
    this.#location = location
    this.#options = {
      blockedAfter,
      onNews: (news) => {
        if ("progress" in news) tell(news.progress)
      },
    }
    this.#client = new DriverProcessClient(this.#options)
  }

  /** @throws Refusal, ProcessLost */
  load(): Promise<DriverDescription> {
    return this.#client.request("load", this.#location)
  }

  validate(parameters: Readonly<Record<string, unknown>>): Promise<readonly ParameterIssue[]> {
    return this.#client.request("validate", { parameters })
  }

  startTarget(request: StartTargetRequest): Promise<TargetDescription> {
    return this.#client.request("startTarget", request)
  }

  async open(request: Omit<OpenRequest, "blackBox">): Promise<void> {
    this.#opened = { ...request, blackBox: null }
    await this.#client.request("open", this.#opened)
  }

  /** A driver that ends or blocks the process which asks it says nothing of the backend: rules will show it. */
  async probe(milliseconds: number): Promise<ProbeAnswer> {
    try {
      await this.#revive()
      return await this.#client.request("probe", { milliseconds })
    } catch (reason) {
      if (reason instanceof ProcessLost) return { answers: true }
      throw reason
    }
  }

  /** Bytes that the target still takes, where there is one and it can tell. */
  async room(): Promise<number | undefined> {
    if (this.#client.lost) return undefined
    try {
      return (await this.#client.request("room", {})) ?? undefined
    } catch (reason) {
      // Whoever cannot say says nothing: that the backend is gone is found out by what is asked of it.
      if (reason instanceof ProcessLost || reason instanceof Refusal) return undefined
      throw reason
    }
  }

  /** Cancels uploads and deletes the run's folder; gives what could not be removed, a sentence each. */
  async cleanUp(uploads: readonly string[]): Promise<readonly string[]> {
    try {
      await this.#revive()
      return await this.#client.request("cleanUp", { uploads })
    } catch (reason) {
      return [`${this.#opened?.runFolder} could not be removed: ${reason instanceof Error ? reason.message : String(reason)}`]
    }
  }

  /** Stops the target and ends the process; gives why the target could not be stopped, where that is so. */
  async end(): Promise<string | undefined> {
    const trouble = this.#client.lost ? undefined : await this.#stopTarget()
    await this.#client.end()
    return trouble
  }

  async #stopTarget(): Promise<string | undefined> {
    const late = (): Error => new Error(`it did not stop within ${stopLimit} ms`)
    try {
      await within(stopLimit, this.#client.request("stopTarget", {}), late)
      return undefined
    } catch (reason) {
      this.#client.kill()
      return reason instanceof Error ? reason.message : String(reason)
    }
  }

  /** For when the command itself is ending at once. A target goes with the process. */
  abandon(): void {
    this.#client.abandon()
  }

  /** A process that the driver took down is replaced. One that held a target never is: it makes no calls into the driver. */
  async #revive(): Promise<void> {
    if (!this.#client.lost || this.#opened === undefined) return
    this.#client = new DriverProcessClient(this.#options)
    await this.load()
    await this.#client.request("open", this.#opened)
  }
}
