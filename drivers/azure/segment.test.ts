import { Readable } from "node:stream"
import { setImmediate as soon } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { realClock } from "../clock.ts"
import { Requests } from "./request.ts"
import { Segment } from "./segment.ts"
import { Unread } from "./unread.ts"

const chunk = 1_000
const chunks = 20
const size = chunk * chunks

/** Two ranges of a content, of which the first is read now, and how much of each was taken from its connection. */
function twoRanges(limit: number) {
  const unread = new Unread(limit)
  const stopping = new AbortController()
  let next = 0
  const taken = [0, 0]
  const segments = [0, 1].map((index) => {
    const pieces = function* () {
      for (let count = 0; count < chunks; count++) {
        taken[index] = (taken[index] ?? 0) + chunk
        yield Buffer.alloc(chunk, index)
      }
    }
    return new Segment({
      start: index * size,
      end: (index + 1) * size,
      body: Readable.from(pieces(), { highWaterMark: 1 }),
      open: () => Promise.reject(new Error("the connection is whole")),
      describe: (_, reason) => reason,
      unread,
      isNext: () => next === index,
      requests: new Requests({ maxRetries: 0, clock: realClock }),
      signal: stopping.signal,
    })
  })
  const [first, second] = segments
  if (first === undefined || second === undefined) throw new Error("there are two")
  const goOn = () => {
    next = 1
    unread.changed()
  }
  return { first, second, taken, unread, goOn }
}

/** Until nothing moves by itself. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await soon()
}

async function readAll(segment: Segment): Promise<number> {
  let bytes = 0
  for (let chunk = await segment.next(); chunk !== undefined; chunk = await segment.next()) bytes += chunk.length
  return bytes
}

describe("ranges beside each other", () => {
  it("come whole where there is room", async () => {
    const { taken } = twoRanges(10 * size)
    await settle()
    expect(taken).toEqual([size, size])
  })

  it("leave with the connection what there is no room for, except the one that is read now", async () => {
    const { taken } = twoRanges(5 * chunk)
    await settle()
    expect(taken[0]).toBe(size)
    // A stream takes a few chunks before they are asked for.
    expect(taken[1]).toBeLessThanOrEqual(10 * chunk)
  })

  it("go on as soon as there is room, or it is their turn", async () => {
    const { first, second, taken, goOn } = twoRanges(5 * chunk)
    await settle()
    const before = taken[1] ?? 0
    expect(await readAll(first)).toBe(size)
    await settle()
    const between = taken[1] ?? 0
    expect(between).toBeGreaterThan(before)
    expect(between).toBeLessThan(size)
    goOn()
    expect(await readAll(second)).toBe(size)
  })

  it("wait no more once the reader is closed", async () => {
    const { taken, unread } = twoRanges(chunk)
    await settle()
    expect(taken[1]).toBeLessThan(size)
    unread.end()
    await settle()
    expect(taken[1]).toBe(size)
  })
})
