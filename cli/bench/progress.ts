import { createLogUpdate } from "log-update"

/** Tells how far the run is, and how long it still takes. */
export interface BenchProgress {
  /** @param done share of the whole, from 0 to 1 */
  at(name: string, done: number): void
  done(): void
}

/**
 * On a terminal one line that changes; in a log one line a benchmark.
 *
 * @param planned milliseconds that the whole is to take, for as long as nothing was measured
 */
export function createBenchProgress(stream: NodeJS.WriteStream, planned: number): BenchProgress {
  const begun = performance.now()
  const left = (done: number): string => {
    const whole = done === 0 ? planned : (performance.now() - begun) / done
    return `${Math.ceil((whole * (1 - done)) / 1_000)} s left`
  }
  const text = (name: string, done: number): string => `${Math.floor(done * 100)} %, ${left(done)}  ${name}`
  if (stream.isTTY === true) {
    const update = createLogUpdate(stream)
    return { at: (name, done) => update(text(name, done)), done: () => update.clear() }
  }
  let told: string | undefined
  return {
    at: (name, done) => {
      if (name !== told) stream.write(`${text(name, done)}\n`)
      told = name
    },
    done: () => {},
  }
}
