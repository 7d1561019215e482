import { createLogUpdate } from "log-update"

/** Tells how far the run is, and how long it still takes. */
export interface BenchProgress {
  /** @param done share of the whole, from 0 to 1 */
  at(name: string, done: number): void
  done(): void
}

/** On a terminal one line that changes; in a log one line a benchmark. */
export function createBenchProgress(stream: NodeJS.WriteStream): BenchProgress {
  const begun = performance.now()
  const text = (name: string, done: number): string => {
    const left = done === 0 ? "" : `, ${Math.ceil((((performance.now() - begun) / done) * (1 - done)) / 1_000)} s left`
    return `${Math.round(done * 100)} %${left}  ${name}`
  }
  if (stream.isTTY !== true) return { at: (name, done) => stream.write(`${text(name, done)}\n`), done: () => {} }
  const update = createLogUpdate(stream)
  return { at: (name, done) => update(text(name, done)), done: () => update.clear() }
}
