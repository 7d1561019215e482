import type { StartedTarget } from "../../drivers/define.ts"

/** The target of a driver process: started once, stopped once, at whatever moment the process is told to let go of it. */
export class HeldTarget {
  readonly #unwanted = new AbortController()
  #starting: Promise<StartedTarget> | undefined
  #started: StartedTarget | undefined

  /** Undefined until it has started. */
  get started(): StartedTarget | undefined {
    return this.#started
  }

  /** @param start is to end early when its signal aborts */
  async start(start: (signal: AbortSignal) => Promise<StartedTarget>): Promise<StartedTarget> {
    this.#starting = start(this.#unwanted.signal)
    this.#started = await this.#starting
    return this.#started
  }

  async stop(): Promise<void> {
    const starting = this.#starting
    this.#starting = undefined
    this.#started = undefined
    this.#unwanted.abort(new Error("the target is not wanted any more"))
    // A start that failed, or heeded the signal, has left nothing to stop.
    const target = await starting?.catch(() => undefined)
    await target?.stop()
  }
}
