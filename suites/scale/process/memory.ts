import { setTimeout as passes } from "node:timers/promises"
import type { MemoryUse } from "../../execution/driver-processes.ts"

/** Milliseconds between two looks. */
const lookEvery = 10

/** Bytes that pass between two collections of garbage. */
const collectEvery = 32 * 1024 ** 2

/**
 * Looks at what memory this process has, from now on until it is told to stop. What nobody holds is collected regularly: left to itself
 * the engine does so when it likes, and later where the machine has others to serve, which says nothing of the driver.
 */
export class MemoryWatch {
  readonly #idle: number
  readonly #highestBefore: number
  readonly #timer: NodeJS.Timeout
  #seen: number
  #passed = 0

  private constructor(idle: number) {
    this.#idle = idle
    this.#seen = idle
    this.#highestBefore = highestEver()
    this.#timer = setInterval(() => this.#look(), lookEvery)
  }

  /** Waits for the process to settle first, so that what it no longer needs is not taken for what it has when idle. */
  static async begin(): Promise<MemoryWatch> {
    globalThis.gc?.()
    return new MemoryWatch(await settled())
  }

  /** Told of bytes that the process has transferred. */
  passed(bytes: number): void {
    this.#passed += bytes
    if (this.#passed < collectEvery) return
    this.#passed = 0
    globalThis.gc?.()
  }

  /** The system knows the true peak; of one that was reached before this watch began, only what was looked at counts. */
  stop(): MemoryUse {
    clearInterval(this.#timer)
    this.#look()
    const highest = highestEver()
    return { idle: this.#idle, peak: highest > this.#highestBefore ? highest : this.#seen }
  }

  #look(): void {
    this.#seen = Math.max(this.#seen, process.memoryUsage.rss())
  }
}

function highestEver(): number {
  return process.resourceUsage().maxRSS * 1024
}

const quietMilliseconds = 200
const longestWait = 10_000
const noise = 1024 * 1024

/** Resolves, with the memory of the process in bytes, once it has not grown for a while. */
export async function settled(): Promise<number> {
  let rss = process.memoryUsage.rss()
  for (const begun = performance.now(); performance.now() - begun < longestWait; ) {
    await passes(quietMilliseconds)
    const now = process.memoryUsage.rss()
    if (now <= rss + noise) return now
    rss = now
  }
  return rss
}
