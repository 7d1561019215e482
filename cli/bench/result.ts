import { z } from "zod"

const spread = z.object({ median: z.number(), low: z.number(), high: z.number() })

const measured = z.object({
  /** Of the benchmark. */
  name: z.string(),
  profile: z.enum(["methods", "registry"]),
  /** Content bytes of one operation; 0 for none. */
  bytes: z.number(),
  /** Workers side by side. */
  concurrency: z.number(),
  /** How many operations were measured. */
  operations: z.number(),
  rounds: z.number(),
  /** Milliseconds of an operation, over all rounds. */
  latency: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }),
  /** Of all workers together; from round to round. */
  operationsPerSecond: spread,
})

const contested = z.object({
  driver: z.object({ name: z.string(), reference: z.string() }),
  backend: z.string(),
  benchmarks: z.array(measured),
})

/** What `bench --json` writes. A change that breaks a reader gets a new `schemaVersion`. */
export const benchReport = z.object({
  schemaVersion: z.literal(1),
  version: z.string(),
  startedAt: z.iso.datetime(),
  /** "linux x64, 2 CPUs, Node v24.1.0". */
  machine: z.string(),
  ...contested.shape,
  /** The other one of a comparison. */
  compared: z
    .object({
      ...contested.shape,
      /** Whether both were measured in turns in one run, so that what the machine did meanwhile met both. */
      sideBySide: z.boolean(),
      /** Operations per second of the first to those of the other; from round to round where they were measured side by side. */
      ratios: z.record(z.string(), spread),
    })
    .optional(),
})

export type Measured = z.infer<typeof measured>
export type Contested = z.infer<typeof contested>
export type BenchReport = z.infer<typeof benchReport>
