import { contentOf } from "../../fixtures/content.ts"
import { NotForThis, RuleBroken } from "../execution/failures.ts"
import { Falsified } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import { readStream } from "../execution/observed-stream.ts"
import { expectThat } from "../expect.ts"
import type { Check, Rule } from "../rule.ts"
import { defineRule } from "../rule.ts"
import { exponentOf, type Point, plot } from "./fit.ts"
import { type LargeCase, large } from "./large-case.ts"
import { type CountedTraffic, countTraffic } from "./traffic.ts"
import { expectRange, upload, writeRange } from "./transfer.ts"

const KiB = 1024
const MiB = 1024 * KiB

/** Amounts of work, each twice the one before. */
const steps = [1, 2, 4, 8]

/** Above 1, since a page more or less, or a connection more, is no growth; far below what a quadratic cost comes to. */
const linear = 1.3
/** For what should not grow at all: half of what a cost in proportion to the size comes to. */
const constant = 0.5
/** Made so many times where the cost of one call is so small that a heartbeat of this process would show. */
const repetitions = 8
/** What passes for nothing: added to what was counted, so that a connection or a heartbeat more is no growth. */
const floor = { requests: 8, bytes: 64 * KiB }
const noFloor = { requests: 0, bytes: 0 }

interface Operation {
  /** What grows, for the plot: "bytes of the file". */
  readonly work: string
  /** The work of the first step. */
  readonly unit: number
  /** The exponent beyond which growth is a finding. */
  readonly limit: number
  /** Prepares one step, and gives the operation that is counted. */
  readonly prepare: (given: LargeCase, work: number, folder: string) => Promise<() => Promise<void>>
}

/**
 * Counts requests and bytes as the work doubles. The time is told and never judged: a backend may slow down as it fills, and the
 * machine has others to serve.
 */
function grows({ work: what, unit, limit, prepare }: Operation): Check {
  return async (context) => {
    const { scope } = context.surroundings.capabilities
    let plots: readonly string[] = []
    const check = large(async (given) => {
      const measured: { readonly work: number; readonly milliseconds: number; readonly traffic: CountedTraffic }[] = []
      for (const [index, step] of steps.entries()) {
        const work = unit * step
        const operation = await setUp(() => prepare(given, work, `/step-${index}`))
        const begun = performance.now()
        const traffic = await countTraffic(operation, given.traffic)
        if (traffic === undefined || (scope === "process" && traffic.counted !== "by the driver"))
          throw new NotForThis("what the driver asks of its backend cannot be counted")
        measured.push({ work, milliseconds: performance.now() - begun, traffic })
      }
      const [counted] = measured.map(({ traffic }) => traffic.counted)
      const ofProcess = counted === "as reads and writes of the process"
      const exact = counted === "by the driver" || counted === "over HTTP"
      const least = !exact || limit === constant ? floor : noFloor
      const pointsOf = (cost: (each: (typeof measured)[number]) => number): readonly Point[] =>
        measured.map((each) => ({ work: each.work, cost: cost(each) }))
      const requests = pointsOf(({ traffic }) => traffic.requests + least.requests)
      const bytes = pointsOf(({ traffic }) => traffic.bytes + least.bytes)
      const time = pointsOf(({ milliseconds }) => milliseconds)
      plots = [
        ...plot(`${what}, and requests ${counted}`, requests),
        ...plot(`${what}, and bytes ${counted}`, bytes),
        ...plot(`${what}, and milliseconds (not judged)`, time),
      ]
      const told = (
        [
          ["requests", requests],
          ["bytes", bytes],
          ["time", time],
        ] as const
      ).map(([name, points]) => `${name} ${exponentOf(points).toFixed(2)}`)
      given.measured(`growth with the ${what}, as an exponent: ${told.join(", ")}; counted ${counted}`)
      // What the system counts of a process are also its own wake-ups, in any number.
      const judged = ofProcess ? { bytes } : { requests, bytes }
      for (const [name, points] of Object.entries(judged)) {
        const exponent = exponentOf(points)
        expectThat(
          given.driver,
          exponent <= limit,
          `${name} to grow with the ${what} by an exponent of ${limit} at most`,
          `an exponent of ${exponent.toFixed(2)}: ${points.map(({ cost }) => Math.round(cost)).join(", ")} ${name}`,
        )
      }
    })
    try {
      await check(context)
    } catch (reason) {
      throw reason instanceof RuleBroken ? new Falsified(reason, context.trace.snapshot(), plots) : reason
    }
  }
}

const source = "what a call costs is left to the driver; registries grow, and their operators pay by the request and by the byte"

function growth(rule: Pick<Rule, "id" | "statement" | "why">, operation: Operation): Rule {
  return defineRule({ ...rule, level: "SHOULD", source, check: grows(operation) })
}

const path = (folder: string): string => `${folder}/data`

const uploads = growth(
  {
    id: "growth/upload",
    statement: "What an upload asks of the backend grows with its bytes, and no faster.",
    why: "A driver that writes all that is there again with each block is fine for a test and useless for a layer.",
  },
  {
    work: "bytes uploaded",
    unit: 4 * MiB,
    limit: linear,
    prepare:
      async ({ driver }, bytes, folder) =>
      () =>
        upload(driver, path(folder), contentOf(1, bytes), () => MiB),
  },
)

const resumptions = growth(
  {
    id: "growth/resume",
    statement:
      "What an upload that is closed and resumed again and again asks of the backend grows with its pieces, and no faster.",
    why: "A push in chunks resumes once a chunk: one that reads or copies what is there each time never ends.",
  },
  {
    work: "pieces of 512 KiB, the upload closed after each",
    unit: 2,
    limit: linear,
    prepare:
      async ({ driver }, pieces, folder) =>
      async () => {
        const content = contentOf(2, pieces * 512 * KiB)
        for (let piece = 0; piece < pieces; piece++) {
          const writer = await driver.writer(path(folder), piece === 0 ? {} : { append: true })
          await writeRange(writer, content, { from: piece * 512 * KiB, to: (piece + 1) * 512 * KiB })
          await writer[piece === pieces - 1 ? "commit" : "close"]()
        }
      },
  },
)

/** A rule on a call on one file, whose length grows. */
function ofLength(
  rule: Pick<Rule, "id" | "statement" | "why">,
  limit: number,
  call: (given: LargeCase, at: string, bytes: number) => Promise<unknown>,
): Rule {
  return growth(rule, {
    work: "bytes of the file",
    unit: 4 * MiB,
    limit,
    prepare: async (given, bytes, folder) => {
      await upload(given.driver, path(folder), contentOf(3, bytes))
      return async () => {
        await call(given, path(folder), bytes)
      }
    },
  })
}

const stats = ofLength(
  {
    id: "growth/stat",
    statement: "What stat asks of the backend does not grow with the length of the file.",
    why: "A registry looks at each layer before it serves it: a stat that reads the content doubles every pull.",
  },
  constant,
  async ({ driver }, at) => {
    for (let time = 0; time < repetitions; time++) await driver.stat(at)
  },
)

const openings = ofLength(
  {
    id: "growth/open",
    statement: "What it takes to open a reader and read its first bytes does not grow with the length of the file.",
    why: "A Range request wants some bytes of a layer of gigabytes.",
  },
  constant,
  async ({ driver }, at) => {
    for (let time = 0; time < repetitions; time++) {
      const stream = await driver.reader(at)
      await readStream(stream, { enough: 1 })
      stream.destroy()
    }
  },
)

const reads = ofLength(
  {
    id: "growth/read",
    statement: "What reading a file asks of the backend grows with its length, and no faster.",
    why: "A reader that begins anew for each part reads a layer many times over.",
  },
  linear,
  ({ driver }, at, bytes) => expectRange(driver, at, contentOf(3, bytes)),
)

const moves = ofLength(
  {
    id: "growth/move",
    statement: "What a move asks of the backend does not grow with the length of the file: the backend moves it, not the client.",
    why: "Each layer is moved once: one that is read and written again for it makes each push three times as long.",
  },
  constant,
  async ({ driver }, at) => {
    for (let time = 0; time < repetitions; time += 2) {
      await driver.move(at, `${at}-moved`)
      await driver.move(`${at}-moved`, at)
    }
  },
)

/** A rule on a call on a folder, whose entries become more. */
function ofEntries(
  rule: Pick<Rule, "id" | "statement" | "why">,
  call: (given: LargeCase, folder: string) => Promise<unknown>,
): Rule {
  return growth(rule, {
    work: "entries of the folder",
    unit: 25,
    limit: linear,
    prepare: async (given, entries, folder) => {
      await given.given.files(Array.from({ length: entries }, (_, index) => `${folder}/entry-${index}`))
      return async () => {
        await call(given, folder)
      }
    },
  })
}

const lists = ofEntries(
  {
    id: "growth/list",
    statement: "What list asks of the backend grows with the entries of the folder, and no faster.",
    why: "Repositories have tens of thousands of tags.",
  },
  ({ driver }, folder) => driver.list(folder),
)

const walks = ofEntries(
  {
    id: "growth/walk",
    statement: "What a walk asks of the backend grows with the entries, and no faster.",
    why: "Garbage collection walks all that there is.",
  },
  ({ driver }, folder) => driver.walk(folder, () => {}),
)

const deletes = ofEntries(
  {
    id: "growth/delete",
    statement: "What a delete asks of the backend grows with the entries of the folder, and no faster.",
    why: "A delete that lists what is left after each file never ends with a large repository.",
  },
  ({ driver }, folder) => driver.delete(folder),
)

export const rules: readonly Rule[] = [uploads, resumptions, stats, openings, reads, moves, lists, walks, deletes]
