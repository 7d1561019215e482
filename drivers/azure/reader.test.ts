import { once } from "node:events"
import { type AddressInfo, connect as connectSocket, createServer, type Server, type Socket } from "node:net"
import { buffer } from "node:stream/consumers"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { StorageDriver } from "../contract.ts"
import type { StartedTarget } from "../define.ts"
import { openStorage } from "./client.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"
import { openReader } from "./reader.ts"

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

const content = Buffer.alloc(3 * 1024 ** 2)
for (let offset = 0; offset < content.length; offset += 4) content.writeUInt32LE(offset, offset)

/** What becomes of a connection once so many bytes of content have gone to the client over it. */
interface Fault {
  readonly after: number
  readonly how: "reset" | "end" | "stall"
}

/** A TCP proxy in front of the service whose n-th connection has the n-th fault; those after it have none. */
class FaultyProxy implements AsyncDisposable {
  connections = 0
  readonly #server: Server
  readonly clients: Socket[] = []
  /** Called with each fault as it happens. */
  onFault: () => Promise<unknown> = async () => {}

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(faults: readonly Fault[]): Promise<FaultyProxy> {
    const server = createServer()
    const proxy = new FaultyProxy(server)
    const { port, hostname } = new URL(given.serviceurl ?? "")
    server.on("connection", (client) => {
      const fault = faults[proxy.connections++]
      proxy.clients.push(client)
      const service = connectSocket(Number(port), hostname)
      let left: number | undefined
      client.on("error", () => service.destroy()).on("close", () => service.destroy())
      service.on("error", () => client.destroy()).on("close", () => client.end())
      client.pipe(service)
      service.on("data", async (chunk: Buffer) => {
        left ??= chunk.indexOf("\r\n\r\n") + 4 + (fault?.after ?? Number.POSITIVE_INFINITY)
        if (left <= 0) return
        if (chunk.length < left) {
          client.write(chunk)
          left -= chunk.length
          return
        }
        const last = chunk.subarray(0, left)
        left = 0
        service.pause()
        client.write(last)
        await proxy.onFault()
        if (fault?.how === "reset") client.resetAndDestroy()
        if (fault?.how === "end") client.end()
      })
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return proxy
  }

  get parameters(): AzureParameters {
    const url = new URL(given.serviceurl ?? "")
    const { port }: AddressInfo = Object(this.#server.address())
    url.port = String(port)
    return { ...given, serviceurl: url.href }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const client of this.clients) client.destroy()
    await once(this.#server, "close")
  }
}

describe("a reader", () => {
  it.each<{ readonly faults: readonly Fault[]; readonly offset: number }>([
    { faults: [{ after: 1024 ** 2, how: "reset" }], offset: 0 },
    { faults: [{ after: 1024 ** 2, how: "end" }], offset: 1_000_001 },
    {
      faults: [
        { after: 1_000_000, how: "reset" },
        { after: 10, how: "end" },
        { after: 700_000, how: "end" },
      ],
      offset: 3,
    },
  ])("goes on where the connection broke: %j", async ({ faults, offset }) => {
    await using proxy = await FaultyProxy.start(faults)
    const read = await buffer(await connect(proxy.parameters).reader("/large", { offset }))
    expect(read.equals(content.subarray(offset))).toBe(true)
    expect(proxy.connections).toBe(faults.length + 1)
  })

  it("of the whole content goes on as well", async () => {
    await using proxy = await FaultyProxy.start([{ after: 2_000_000, how: "reset" }])
    expect(content.equals(await connect(proxy.parameters).getContent("/large"))).toBe(true)
    expect(proxy.connections).toBe(2)
  })

  it("gives up a connection on which nothing comes any more", async () => {
    await using proxy = await FaultyProxy.start([{ after: 1024 ** 2, how: "stall" }])
    const { stream } = await openReader(openStorage(proxy.parameters).blob("/large"), {
      offset: 0,
      signal: undefined,
      toError: (error) => error,
      idleLimit: 100,
    })
    expect((await buffer(stream)).equals(content)).toBe(true)
    expect(proxy.connections).toBe(2)
  })

  it("fails where the content was replaced meanwhile, and mixes nothing", async () => {
    await driver.putContent("/replaced", content)
    await using proxy = await FaultyProxy.start([{ after: 1024 ** 2, how: "reset" }])
    proxy.onFault = () => driver.putContent("/replaced", Buffer.alloc(content.length))
    const stream = await connect(proxy.parameters).reader("/replaced")
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

  it("fails where the connection breaks again and again", async () => {
    const faults: Fault[] = Array.from({ length: 100 }, () => ({ after: 0, how: "end" }))
    await using proxy = await FaultyProxy.start([{ after: 1024 ** 2, how: "reset" }, ...faults])
    const reading = buffer(await connect(proxy.parameters).reader("/large"))
    await expect(reading).rejects.toMatchObject({
      code: "Driver",
      message: expect.stringMatching(/broke off at byte \d+ of 3145728/),
    })
    expect(proxy.connections).toBe(5)
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

  it("that is left early closes its connection", async () => {
    await using proxy = await FaultyProxy.start([])
    const stream = await connect(proxy.parameters).reader("/large")
    await once(stream, "readable")
    const closed = proxy.clients.map((client) => new Promise((resolve) => client.once("close", resolve)))
    expect(closed).toHaveLength(1)
    stream.destroy()
    await Promise.all(closed)
  })

  it("that nobody reads does not fill the memory", async () => {
    await driver.putContent("/huge", Buffer.alloc(16 * 1024 ** 2))
    const stream = await driver.reader("/huge")
    await once(stream, "readable")
    expect(stream.readableLength).toBeLessThanOrEqual(1024 ** 2)
    stream.destroy()
  })
})
