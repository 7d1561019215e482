import type { Benchmark, Load, Measurement } from "./benchmark.ts"
import { methodsOf } from "./methods.ts"
import { registryMeasurements } from "./registry.ts"

/** All that is measured under a load, in the order in which it is. */
export function benchmarksOf({ bytes, concurrency }: Load): readonly Benchmark[] {
  const measured: Readonly<Record<Benchmark["profile"], readonly Measurement[]>> = {
    methods: methodsOf(bytes),
    registry: registryMeasurements,
  }
  const profiles = ["methods", "registry"] as const
  return profiles.flatMap((profile) =>
    measured[profile].flatMap((each) => {
      const concurrencies = each.alone ? [1] : [...new Set([1, concurrency])]
      return concurrencies.map((workers) => ({
        ...each,
        name: workers === 1 ? each.what : `${each.what} ×${workers}`,
        profile,
        concurrency: workers,
      }))
    }),
  )
}
