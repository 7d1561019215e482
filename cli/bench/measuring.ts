import { setImmediate as turn } from "node:timers/promises"
import { errorCodeOf, type StorageDriver } from "../../drivers/contract.ts"
import { benchmarks, type Work } from "./benchmarks.ts"

/** A stretch of time in which a benchmark is to run. */
export interface Round {
  /** Of the benchmark. */
  readonly name: string
  /** The benchmark's own. */
  readonly folder: string
  readonly milliseconds: number
}

export interface Sample {
  /** Milliseconds of each operation. */
  readonly latencies: Float64Array
}

/** Runs benchmarks in the process that holds the driver: prepares each once, and then measures as often as it is asked to. */
export class Measuring {
  readonly #driver: StorageDriver
  readonly #prepared = new Map<string, readonly Work[] | undefined>()

  constructor(driver: StorageDriver) {
    this.#driver = driver
  }

  /** Undefined where the driver does not offer what is to be measured. At least one operation of each worker is. */
  async measure({ name, folder, milliseconds }: Round): Promise<Sample | undefined> {
    if (!this.#prepared.has(name)) this.#prepared.set(name, await this.#prepare(name, folder))
    const workers = this.#prepared.get(name)
    if (workers === undefined) return undefined
    const end = performance.now() + milliseconds
    const latencies = await Promise.all(workers.map((work) => repeat(work, end)))
    return { latencies: Float64Array.from(latencies.flat()) }
  }

  /** Deletes what the benchmark stored. */
  async end({ name, folder }: Pick<Round, "name" | "folder">): Promise<void> {
    const stored = this.#prepared.get(name) !== undefined
    this.#prepared.delete(name)
    try {
      if (stored) await this.#driver.delete(folder)
    } catch (reason) {
      // What is measured may have deleted all of it.
      if (errorCodeOf(reason) !== "PathNotFound") throw reason
    }
  }

  async #prepare(name: string, folder: string): Promise<readonly Work[] | undefined> {
    const benchmark = benchmarks.find((each) => each.name === name)
    if (benchmark === undefined) throw new Error(`there is no benchmark "${name}"`)
    const workers: Work[] = []
    for (let worker = 0; worker < benchmark.concurrency; worker++) {
      const work = await benchmark.prepare({ driver: this.#driver, folder: `${folder}/worker-${worker}` })
      if (work === undefined) return undefined
      workers.push(work)
    }
    return workers
  }
}

async function repeat({ before, operation }: Work, end: number): Promise<number[]> {
  const latencies: number[] = []
  do {
    await before?.()
    const begun = performance.now()
    await operation()
    latencies.push(performance.now() - begun)
    // A driver that never waits would let no other worker run.
    await turn()
  } while (performance.now() < end)
  return latencies
}
