import type { ClientProcess, DriverProcesses } from "../../execution/driver-processes.ts"

/** A process, and the clients that call from it. */
interface Crew {
  readonly process: ClientProcess
  readonly clients: readonly number[]
}

/** Processes over which the clients of workloads are spread; started when they are first needed, and used again. */
export class ClientProcesses {
  readonly count: number
  readonly #processes: DriverProcesses
  #started: Promise<readonly ClientProcess[]> | undefined
  #spoilt = false
  #deals = 0

  constructor(processes: DriverProcesses, count: number) {
    this.#processes = processes
    this.count = count
  }

  /**
   * Says which clients call from which process. By turns each process has neighbours, as the writers and the readers of a workload are,
   * or some of all: a cache is found by processes that only read, and a lock by writers in several.
   */
  async crews(clients: number): Promise<readonly Crew[]> {
    if (this.#spoilt) await this.end()
    this.#started ??= Promise.all(Array.from({ length: this.count }, () => this.#processes.start()))
    const together = this.#deals++ % 2 === 0
    const share = Math.ceil(clients / this.count)
    const numbers = Array.from({ length: clients }, (_, client) => client)
    return (await this.#started).map((process, number) => ({
      process,
      clients: numbers.filter((client) => (together ? Math.floor(client / share) : client % this.count) === number),
    }))
  }

  /** One of them ended, or a call still runs in it: whoever needs them next gets others. */
  spoil(): void {
    this.#spoilt = true
  }

  async end(): Promise<void> {
    const started = this.#started
    this.#started = undefined
    this.#spoilt = false
    const all = await started?.catch(() => []) // what did not start has ended already
    await Promise.all((all ?? []).map((process) => process.end()))
  }
}
