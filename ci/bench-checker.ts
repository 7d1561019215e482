import { overlapping, type StoreOperation, simulate, spoil, store } from "../suites/concurrency/benchmark/histories.ts"
import { checkLinearizability } from "../suites/concurrency/linearizability.ts"

/**
 * How fast histories are checked, `npm run bench:checker`: each shape with several seeds, the median of them and the worst. Times are
 * those of this machine at this moment.
 */

const register = { clients: 10, keys: 1, appends: 0.15 }
const shapes: readonly (readonly [string, (seed: number) => readonly StoreOperation[]])[] = [
  [
    "1,000 operations, 10 clients, 10 keys",
    (seed) => simulate({ operations: 1_000, clients: 10, keys: 10, appends: 0.25, seed }),
  ],
  ["the same, illegal", (seed) => spoil(simulate({ operations: 1_000, clients: 10, keys: 10, appends: 0.25, seed }))],
  [
    "1,712 operations, 50 clients, 10 keys",
    (seed) => simulate({ operations: 1_712, clients: 50, keys: 10, appends: 0.25, seed }),
  ],
  ["the same, illegal", (seed) => spoil(simulate({ operations: 1_712, clients: 50, keys: 10, appends: 0.25, seed }))],
  ["1,000 operations, 10 clients, 1 register", (seed) => simulate({ ...register, operations: 1_000, seed })],
  ["10,000 operations, 10 clients, 1 register", (seed) => simulate({ ...register, operations: 10_000, seed })],
  ["100,000 operations, 10 clients, 1 register", (seed) => simulate({ ...register, operations: 100_000, seed })],
  ["100 groups of 8 writes that all overlap", () => overlapping(100, 8)],
  ["20 groups of 12 writes that all overlap", () => overlapping(20, 12)],
  ["1 group of 16 writes that all overlap", () => overlapping(1, 16)],
]

for (const [name, make] of shapes) {
  const times: number[] = []
  const verdicts = new Set<string>()
  let operations = 0
  for (let seed = 1; seed <= 9; seed++) {
    const history = make(seed)
    operations = history.length
    const started = performance.now()
    verdicts.add(checkLinearizability(store, history, { time: 60_000 }).verdict)
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  const median = times[4] ?? 0
  const perSecond = Math.round((1_000 * operations) / median).toLocaleString("en-US")
  process.stdout.write(
    `${name}: ${[...verdicts].join(", ")}; median ${median.toFixed(1)} ms, worst ${(times[8] ?? 0).toFixed(1)} ms, ${perSecond} operations/s\n`,
  )
}
