import { setImmediate as turn } from "node:timers/promises"
import { errorCodeOf, type StorageDriver } from "../../drivers/contract.ts"
import type { Load, Work } from "./benchmark.ts"
import { benchmarksOf } from "./benchmarks.ts"

/** A stretch of time in which a benchmark is to run. */
export interface Round {
  /** Of the benchmark. */
  readonly name: string
  readonly load: Load
  /** The benchmark's own. */
  readonly folder: string
  readonly milliseconds: number
}

/** What a round came to. */
export interface Sample {
  /** Milliseconds of each operation. */
  readonly latencies: Float64Array
  /** Of all workers together; what they did between operations, to make the next one possible, is left out. */
  readonly operationsPerSecond: number
}

/** Runs benchmarks in the process that holds the driver: prepares each once, and then measures as often as it is asked to. */
export class Measuring {
  readonly #driver: StorageDriver
  readonly #prepared = new Map<string, readonly Work[] | undefined>()

  constructor(driver: StorageDriver) {
    this.#driver = driver
  }

  /** Undefined where the driver does not offer what is to be measured. At least one operation of each worker is. */
  async measure({ name, load, folder, milliseconds }: Round): Promise<Sample | undefined> {
    if (!this.#prepared.has(name)) this.#prepared.set(name, await this.#prepare(name, load, folder))
    const workers = this.#prepared.get(name)
    if (workers === undefined) return undefined
    const end = performance.now() + milliseconds
    const done = await Promise.all(workers.map((work) => repeat(work, end)))
    return {
      latencies: Float64Array.from(done.flatMap(({ latencies }) => latencies)),
      operationsPerSecond: done.reduce((sum, { latencies, milliseconds }) => sum + (1_000 * latencies.length) / milliseconds, 0),
    }
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

  async #prepare(name: string, load: Load, folder: string): Promise<readonly Work[] | undefined> {
    const benchmark = benchmarksOf(load).find((each) => each.name === name)
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

/** Milliseconds after which a driver that never waits lets other workers and what the system has to say have their turn. */
const turnEvery = 5

/** @param end as the clock of this process has it */
async function repeat(
  { before, operation }: Work,
  end: number,
): Promise<{ readonly latencies: number[]; readonly milliseconds: number }> {
  const latencies: number[] = []
  let milliseconds = 0
  let turned = performance.now()
  for (let now = turned; latencies.length === 0 || now < end; ) {
    await before?.()
    const begun = before === undefined ? now : performance.now()
    await operation()
    const operated = performance.now()
    latencies.push(operated - begun)
    if (operated - turned > turnEvery) {
      await turn()
      turned = performance.now()
    }
    now = performance.now()
    milliseconds += now - begun
  }
  return { latencies, milliseconds }
}
