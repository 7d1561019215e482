import { once } from "node:events"
import { buffer } from "node:stream/consumers"
import { setTimeout, setImmediate as soon } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Fault, seededFaults } from "../../fixtures/faults/fault.ts"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { VirtualClock } from "../../fixtures/faults/virtual-clock.ts"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { StorageDriver } from "../contract.ts"
import type { StartedTarget } from "../define.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"

let started: StartedTarget
let given: AzureParameters
let driver: StorageDriver
beforeAll(async () => {
  started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  given = parameters.parse(started.parameters)
  driver = connect(given)
  await driver.putContent("/large", content)
})
afterAll(() => started.stop())

const MiB = 1024 ** 2
const content = Buffer.alloc(3 * MiB)
for (let offset = 0; offset < content.length; offset += 4) content.writeUInt32LE(offset, offset)

interface Faulty {
  readonly parameters: AzureParameters
  /** Tried again at once; and where the proxy is silent, time is over at once. */
  readonly impatient: { readonly clock: VirtualClock }
}

/** A proxy in front of the service whose n-th answer with content has the n-th fault; those after it have none. */
async function faulty(faults: readonly Fault[]): Promise<HttpProxy & Faulty> {
  let reads = 0
  const proxy = await HttpProxy.start({
    backend: new URL(given.serviceurl).origin,
    choose: ({ method, url }) => (method === "GET" && !url.includes("comp=") ? faults[reads++] : undefined),
  })
  const clock = new VirtualClock()
  proxy.onSilence = () => clock.endTimers()
  return Object.assign(proxy, { parameters: { ...given, serviceurl: proxy.through(given.serviceurl) }, impatient: { clock } })
}

const cut = (after: number, how: "reset" | "end" | "stall"): Fault => ({ kind: "cut", after, how })

describe("a reader", () => {
  it.each<{ readonly faults: readonly Fault[]; readonly offset: number; readonly chunksize: number }>([
    { faults: [cut(1024 ** 2, "reset")], offset: 0, chunksize: 4 * MiB },
    { faults: [cut(1024 ** 2, "end")], offset: 1_000_001, chunksize: 4 * MiB },
    { faults: [cut(1_000_000, "reset"), cut(10, "end"), cut(700_000, "end")], offset: 3, chunksize: 4 * MiB },
    { faults: [cut(1024 ** 2, "stall")], offset: 0, chunksize: 4 * MiB },
    { faults: [{ kind: "swallow-answer" }, { kind: "lose-answer" }], offset: 0, chunksize: 4 * MiB },
    {
      faults: [
        { kind: "answer", status: 503 },
        { kind: "answer", status: 429 },
      ],
      offset: 5,
      chunksize: 4 * MiB,
    },
    { faults: [cut(1_000, "reset"), cut(99, "end"), cut(0, "stall"), cut(7, "end")], offset: 9, chunksize: 300_000 },
  ])("goes on where the connection broke: %j", async ({ faults, offset, chunksize }) => {
    await using proxy = await faulty(faults)
    // One range after the other, as the end of all timers would end a range beside the one that stalls.
    const reader = connect({ ...proxy.parameters, chunksize, concurrency: 1 }, proxy.impatient)
    const read = await buffer(await reader.reader("/large", { offset }))
    expect(read.equals(content.subarray(offset))).toBe(true)
    const ranges = Math.ceil((content.length - offset) / (2 * chunksize))
    expect(proxy.exchanges).toHaveLength(ranges + faults.length)
  })

  it.each([0, 1, 5, 9])("gives the same whatever breaks at random: seed %i", async (seed) => {
    await using proxy = await faulty([])
    proxy.choose = seededFaults({
      seed,
      rate: 0.4,
      faults: [cut(50_000, "reset"), cut(1, "end"), { kind: "lose-request" }, { kind: "answer", status: 500 }],
    })
    const reader = connect({ ...proxy.parameters, chunksize: 200_000, request_max_retries: 20 }, proxy.impatient)
    expect(content.equals(await reader.getContent("/large"))).toBe(true)
    expect(proxy.exchanges.length).toBeGreaterThan(content.length / 400_000)
  })

  it("fails where the content was replaced meanwhile, and mixes nothing", async () => {
    await driver.putContent("/replaced", content)
    await using proxy = await faulty([cut(MiB, "reset")])
    const stream = await connect(proxy.parameters, proxy.impatient).reader("/replaced")
    proxy.choose = async () => void (await driver.putContent("/replaced", Buffer.alloc(content.length)))
    let size = 0
    const reading = (async () => {
      for await (const chunk of stream) {
        expect(content.subarray(size, size + chunk.length).equals(chunk)).toBe(true)
        size += chunk.length
      }
    })()
    await expect(reading).rejects.toMatchObject({ code: "Driver", message: expect.stringMatching(/the content was changed/) })
    expect(size).toBeGreaterThan(0)
  })

  it("of the whole content begins anew where that was replaced meanwhile, and gives up where it always is", async () => {
    const size = 200_000
    await driver.putContent("/changing", content.subarray(0, size))
    await using proxy = await faulty([])
    let reads = 0
    let changes = 3
    proxy.choose = async ({ method, headers }) => {
      if (method !== "GET") return undefined
      reads++
      if (headers["if-match"] !== undefined && changes-- > 0) await driver.putContent("/changing", Buffer.alloc(size, changes))
      return undefined
    }
    const changing = connect({ ...proxy.parameters, chunksize: 65_536, concurrency: 1 }, proxy.impatient)
    expect(Buffer.alloc(size, 0).equals(await changing.getContent("/changing"))).toBe(true)
    expect(reads).toBe(8)
    changes = Number.POSITIVE_INFINITY
    await expect(changing.getContent("/changing")).rejects.toMatchObject({
      code: "Driver",
      message: expect.stringMatching(/the content was changed/),
    })
  })

  it("fails where the connection breaks again and again", async () => {
    await using proxy = await faulty([cut(MiB, "reset"), ...Array.from({ length: 100 }, () => cut(0, "end"))])
    const reading = buffer(await connect({ ...proxy.parameters, request_max_retries: 4 }, proxy.impatient).reader("/large"))
    await expect(reading).rejects.toMatchObject({
      code: "Driver",
      message: expect.stringMatching(/broke off at byte \d+ of 3145728/),
    })
    expect(proxy.exchanges).toHaveLength(5)
  })

  const chunksize = 65_536

  /**
   * How far beyond the bytes that were read the service was asked at most, in ranges. Time goes on by what is slept on the clock alone,
   * so that who waits for whom hangs on no machine.
   */
  async function furthestAhead({ delay, pause }: { readonly delay: number; readonly pause: number }): Promise<number> {
    const clock = new VirtualClock()
    const choose = (): Fault => ({ kind: "delay", milliseconds: delay })
    await using proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin, clock, choose })
    const behindProxy = { ...given, serviceurl: proxy.through(given.serviceurl), chunksize, concurrency: 20 }
    let size = 0
    let furthest = 0
    const stream = await connect(behindProxy, { clock }).reader("/large")
    for await (const chunk of stream) {
      const ends = proxy.exchanges.map(({ headers }) => Number(/-(\d+)$/.exec(String(headers["x-ms-range"]))?.[1] ?? 0) + 1)
      furthest = Math.max(furthest, Math.max(...ends) - size)
      expect(content.subarray(size, size + chunk.length).equals(chunk)).toBe(true)
      size += chunk.length
      if (pause === 0) continue
      // A pause is the reader's own time only where the stream has all that it wants.
      while (stream.readableLength < stream.readableHighWaterMark && size + stream.readableLength < content.length) await soon()
      await clock.sleep(pause)
    }
    expect(size).toBe(content.length)
    return furthest / (2 * chunksize)
  }

  it("that waits for the service has ranges of concurrency chunks on their way, and no more", async () => {
    const furthest = await furthestAhead({ delay: 10, pause: 0 })
    expect(furthest).toBeGreaterThan(8)
    // What the stream has taken of one already comes on top.
    expect(furthest).toBeLessThanOrEqual(11)
  })

  it("that is read slowly has one range on its way ahead of it", async () => {
    expect(await furthestAhead({ delay: 0, pause: 15 })).toBeLessThanOrEqual(3)
  })

  it("is ended by its signal with the reason, also in the middle", async () => {
    const reason = new Error("changed my mind")
    const controller = new AbortController()
    const stream = await driver.reader("/large", { signal: controller.signal })
    const reading = (async () => {
      for await (const _ of stream) controller.abort(reason)
    })()
    await expect(reading).rejects.toBe(reason)
    const content = driver.getContent("/large", { signal: AbortSignal.any([controller.signal]) })
    await expect(content).rejects.toBe(reason)
  })

  it("that is left early closes its connections", async () => {
    await using proxy = await faulty([])
    const aborted: Promise<unknown>[] = []
    proxy.choose = () => ({ kind: "throttle", rate: 2 * MiB })
    proxy.onConnection = (socket) => aborted.push(once(socket, "close"))
    const stream = await connect(proxy.parameters).reader("/large")
    await once(stream, "readable")
    expect(aborted).toHaveLength(1)
    stream.destroy()
    await Promise.all(aborted)
  })

  it("that nobody reads does not fill the memory", async () => {
    await driver.putContent("/huge", Buffer.alloc(16 * MiB))
    await using proxy = await faulty([])
    const stream = await connect(proxy.parameters).reader("/huge")
    await once(stream, "readable")
    await setTimeout(50)
    expect(stream.readableLength).toBeLessThanOrEqual(MiB)
    expect(proxy.exchanges).toHaveLength(1)
    stream.destroy()
  })

  it("at the end of the content, or of nothing, is empty where the service refuses the range, as Azure does", async () => {
    await driver.putContent("/empty", Buffer.alloc(0))
    await using proxy = await faulty([])
    proxy.choose = ({ method }) =>
      method === "GET"
        ? { kind: "answer", status: 416, headers: { "x-ms-error-code": "InvalidRange", "content-range": "bytes */0" } }
        : undefined
    const azure = connect(proxy.parameters, proxy.impatient)
    expect(await buffer(await azure.reader("/large", { offset: content.length }))).toHaveLength(0)
    expect(await azure.getContent("/empty")).toHaveLength(0)
    await expect(azure.reader("/nothing")).rejects.toMatchObject({ code: "PathNotFound" })
  })

  it("of what becomes whole between two answers gives the whole, as where a copy to it ends just then", async () => {
    const refused: Fault = { kind: "answer", status: 416, headers: { "x-ms-error-code": "InvalidRange" } }
    await using once = await faulty([refused])
    const reader = await connect(once.parameters, once.impatient).reader("/large", { offset: 5 })
    expect((await buffer(reader)).equals(content.subarray(5))).toBe(true)
    await using always = await faulty(Array.from({ length: 100 }, () => refused))
    const waiting = connect(always.parameters, always.impatient)
    await expect(waiting.getContent("/large")).rejects.toMatchObject({ code: "Driver", path: "/large" })
  })
})
