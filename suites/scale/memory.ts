import { contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import type { MemoryUse } from "../execution/driver-processes.ts"
import { setUp } from "../execution/given.ts"
import { prefixed } from "../execution/observation.ts"
import { expectSize, expectThat } from "../expect.ts"
import { boundedMemory, ownProcesses, roomFor } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"
import { type LargeCase, large } from "./large-case.ts"
import { inProcess } from "./observed-process.ts"
import { expectRange, plainWrite, upload } from "./transfer.ts"

const MiB = 1024 ** 2
const path = "/blobs/data"
const windowLength = 256 * 1024
const source = "the driver's capability memory; a registry's process has some hundred MiB, and serves many at a time"
const needs = [ownProcesses, boundedMemory, roomFor(3)]

/** Long enough for a driver that keeps all of it to be told from one that keeps to its bound. */
function lengthFor(bound: number, { extent }: LargeCase): number {
  return Math.max(extent.bytes, bound + bound / 2)
}

function boundOf({ capabilities: { memory } }: LargeCase): number {
  return memory === "unbounded" ? Number.POSITIVE_INFINITY : memory
}

function expectWithin(given: LargeCase, { idle, peak }: MemoryUse, bound: number, what: string): void {
  const grown = Math.max(0, peak - idle)
  const told = `${Math.round(grown / MiB)} MiB above the ${Math.round(idle / MiB)} MiB that it had`
  given.measured(`${what}: ${told}`)
  expectThat(given.driver, grown <= bound, `the process to grow by ${Math.round(bound / MiB)} MiB at most in ${what}`, told)
}

const uploading = defineRule({
  id: "memory/upload",
  level: "SHOULD",
  statement: "A process that uploads a large object grows by no more than the bound that the driver declares, whatever the size.",
  why: "A registry that keeps a layer in memory until it is whole falls over with the first large one.",
  source,
  needs,
  check: large(async (given) => {
    const bound = boundOf(given)
    const content = contentOf(30, lengthFor(bound, given))
    const job = {
      path: prefixed(given.driver.observation.prefix, path),
      content,
      end: content.length,
      chunk: plainWrite,
      resume: false,
    }
    const { memory } = await inProcess(given, (process) => process.upload({ ...job, finish: "commit" }))
    expectWithin(given, memory, bound, `an upload of ${Math.round(content.length / MiB)} MiB`)
    // That all of it is right is for other rules to say: this one stands on its having been stored.
    await expectSize(given.driver, path, content.length)
    await expectRange(given.driver, path, content, { offset: content.length - windowLength })
  }),
})

const downloading = defineRule({
  id: "memory/download",
  level: "SHOULD",
  statement:
    "A process that reads a large object grows by no more than the bound that the driver declares, also while the stream's consumer waits.",
  why: "A client on a slow line must not make the registry keep what it has not taken yet: a hundred of them would be the end of it.",
  source: `${source}; node:stream, back-pressure`,
  needs,
  check: large(async (given) => {
    const bound = boundOf(given)
    const content = contentOf(31, lengthFor(bound, given))
    await setUp(() => upload(given.driver, path, content))
    const job = { path: prefixed(given.driver.observation.prefix, path), content }
    const consumers = [
      { what: "a download", job },
      { what: "a download by a consumer that waits", job: { ...job, pauseEvery: Math.ceil(content.length / 4) } },
    ]
    for (const consumer of consumers) {
      const report = await inProcess(given, (process) => process.download(consumer.job))
      const whole = report.difference === undefined && report.length === content.length
      expectThat(given.driver, whole, describeCount(content.length), report.difference ?? describeCount(report.length))
      expectWithin(given, report.memory, bound, `${consumer.what} of ${Math.round(content.length / MiB)} MiB`)
    }
  }),
})

export const rules: readonly Rule[] = [uploading, downloading]
