import { medianOf, spreadOf } from "../cli/bench/statistics.ts"
import { overlapping, type StoreOperation, simulate, spoil, store } from "../suites/concurrency/benchmark/histories.ts"
import { checkLinearizability } from "../suites/concurrency/linearizability.ts"

/**
 * How fast histories are checked, `npm run bench:checker`: a table in Markdown, each shape with several seeds, the median of them and the
 * worst. Beside the time that passed stands that of the processor, which is the same however busy the machine is.
 */

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9]

interface Shape {
  readonly name: string
  readonly make: (seed: number) => readonly StoreOperation[]
}

const register = { clients: 10, keys: 1, appends: 0.15 }
const tenKeys = { keys: 10, appends: 0.25 }
const shapes: readonly Shape[] = [
  {
    name: "1,000 operations, 10 clients, 10 keys",
    make: (seed) => simulate({ ...tenKeys, operations: 1_000, clients: 10, seed }),
  },
  {
    name: "the same with a stale read",
    make: (seed) => spoil(simulate({ ...tenKeys, operations: 1_000, clients: 10, seed })),
  },
  {
    name: "1,712 operations, 50 clients, 10 keys",
    make: (seed) => simulate({ ...tenKeys, operations: 1_712, clients: 50, seed }),
  },
  {
    name: "the same with a stale read",
    make: (seed) => spoil(simulate({ ...tenKeys, operations: 1_712, clients: 50, seed })),
  },
  ...[1_000, 10_000, 100_000].map((operations) => ({
    name: `${operations.toLocaleString("en-US")} operations, 10 clients, 1 register`,
    make: (seed: number) => simulate({ ...register, operations, seed }),
  })),
  { name: "100 groups of 8 writes that all overlap, 1 register", make: () => overlapping(100, 8) },
  { name: "20 groups of 12 writes that all overlap, 1 register", make: () => overlapping(20, 12) },
  { name: "1 group of 16 writes that all overlap, 1 register", make: () => overlapping(1, 16) },
]

interface Times {
  /** Milliseconds that passed. */
  readonly passed: number
  /** Milliseconds of the processor, collecting garbage included. */
  readonly processor: number
  readonly verdict: string
}

function check(history: readonly StoreOperation[]): Times {
  const begun = performance.now()
  const before = process.cpuUsage()
  const { verdict } = checkLinearizability(store, history, { time: 60_000 })
  const { user, system } = process.cpuUsage(before)
  return { passed: performance.now() - begun, processor: (user + system) / 1_000, verdict }
}

function row(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`)
}

const inMilliseconds = (time: number): string => time.toFixed(1)

row(["history", "verdict", "median ms", "worst ms", "median ms of the processor", "operations/s of the processor"])
row(["---", "---", "--:", "--:", "--:", "--:"])
for (const { name, make } of shapes) {
  const histories = seeds.map(make)
  const times = histories.map(check)
  const passed = spreadOf(times.map((each) => each.passed))
  const processor = medianOf(times.map((each) => each.processor))
  const operations = histories[0]?.length ?? 0
  row([
    name,
    [...new Set(times.map(({ verdict }) => verdict))].join(", "),
    inMilliseconds(passed.median),
    inMilliseconds(passed.high),
    inMilliseconds(processor),
    Math.round((1_000 * operations) / processor).toLocaleString("en-US"),
  ])
}
