import { z } from "zod"

const spread = z.object({ median: z.number(), low: z.number(), high: z.number() })

const measured = z.object({
  name: z.string().describe("Of the benchmark."),
  profile: z.enum(["methods", "registry"]),
  bytes: z.number().describe("Content of one operation; 0 for none."),
  concurrency: z.number().describe("Workers side by side."),
  operations: z.number().describe("How many were measured."),
  rounds: z.number(),
  latency: z
    .object({ p50: z.number(), p95: z.number(), p99: z.number() })
    .describe("Milliseconds of an operation, over all rounds."),
  operationsPerSecond: spread.describe("Of all workers together; from round to round."),
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
  machine: z.string().describe("Such as: linux x64, 2 CPUs, Node v24.1.0."),
  ...contested.shape,
  compared: z
    .object({
      ...contested.shape,
      sideBySide: z
        .boolean()
        .describe("Whether both were measured in turns in one run, so that what the machine did meanwhile met both."),
      ratios: z
        .record(z.string(), spread)
        .describe("Operations per second of the first to those of the other; from round to round where they were side by side."),
    })
    .optional()
    .describe("The other one of a comparison."),
})

export type Measured = z.infer<typeof measured>
export type Contested = z.infer<typeof contested>
export type BenchReport = z.infer<typeof benchReport>
