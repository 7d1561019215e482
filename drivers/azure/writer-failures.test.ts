import { describe, expect, it } from "vitest"
import { seededFaults } from "../../fixtures/faults/fault.ts"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { VirtualClock } from "../../fixtures/faults/virtual-clock.ts"
import { baseOf } from "./block-id.ts"
import { connect } from "./driver.ts"
import { blockSize, content, missing, openTestUploads, refused } from "./test-uploads.ts"
import { newUpload, nextBlockId } from "./uploads.ts"

const { given, storage, driver, other, upload, stagedUpload, get } = await openTestUploads()

describe("a writer whose requests or calls fail", () => {
  it("fails from a failed call on, and its upload is resumed at what was closed", async () => {
    await (await upload("/aborted", "content")).close()
    const writer = await driver.writer("/aborted", { append: true })
    const reason = new Error("changed my mind")
    const controller = new AbortController()
    const writing = writer.write(Buffer.concat([content, content]), { signal: controller.signal })
    controller.abort(reason)
    await expect(writing).rejects.toBe(reason)
    await expect(writer.close()).rejects.toMatchObject({ code: "Driver", cause: reason })
    const resumed = await other.writer("/aborted", { append: true })
    await resumed.commit()
    expect(resumed.size).toBeGreaterThanOrEqual(7)
    const beginning = Buffer.concat([Buffer.from("content"), content, content]).subarray(0, resumed.size)
    expect(beginning.equals(await driver.getContent("/aborted"))).toBe(true)
  })

  it("sends nothing more, and takes back what is on its way", async () => {
    await using proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
    const behindProxy = connect({ ...given, concurrency: 4, serviceurl: proxy.through(given.serviceurl) })
    const writer = await behindProxy.writer("/taken-back")
    const closed: Promise<void>[] = []
    proxy.onConnection = (socket) => closed.push(new Promise((resolve) => socket.once("close", () => resolve())))
    let isBroken = false
    proxy.choose = ({ method }) => {
      if (method !== "PUT") return undefined
      const fault = isBroken ? ({ kind: "swallow-request" } as const) : ({ kind: "answer", status: 403 } as const)
      isBroken = true
      return fault
    }
    await expect(writer.write(Buffer.concat([content, content, content]))).rejects.toEqual(refused(/403/))
    await Promise.all(closed)
  })

  it.each([1, 2, 3])("though requests are lost, stores each block with its own bytes: seed %i", async (seed) => {
    await using proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
    const choose = seededFaults({ seed, rate: 0.3, faults: [{ kind: "lose-request" }, { kind: "lose-answer" }] })
    proxy.choose = (exchange) => (exchange.method === "PUT" ? choose(exchange) : undefined)
    const behindProxy = { ...given, concurrency: 2, request_max_retries: 20, serviceurl: proxy.through(given.serviceurl) }
    const writer = await connect(behindProxy, { clock: new VirtualClock() }).writer(`/lossy/${seed}`)
    const whole = Buffer.alloc(20 * blockSize)
    for (let offset = 0; offset < whole.length; offset += 4) whole.writeUInt32LE(offset, offset)
    await writer.write(whole)
    await writer.commit()
    expect(whole.equals(await driver.getContent(`/lossy/${seed}`))).toBe(true)
  })

  it("can still be cancelled", async () => {
    const writer = await stagedUpload("/failed", "content")
    await storage.blob("/failed").commitBlockList([])
    await expect(writer.commit()).rejects.toEqual(refused(/its blocks are gone/))
    await expect(writer.close()).rejects.toEqual(refused(/its blocks are gone/))
    await writer.cancel()
    expect(await get("/failed")).toBe("")
  })
})

it("blocks that another program staged with ids of its own make a clear error", async () => {
  await storage.blob("/foreign").stageBlock(Buffer.from("id").toString("base64"), "a", 1)
  await expect(driver.writer("/foreign")).rejects.toEqual(refused(/open an upload to \/foreign: 400 InvalidBlobOrBlock/))
  await expect(driver.writer("/foreign", { append: true })).rejects.toEqual(missing)
})

describe("an upload at the service's limit of 50,000 blocks", () => {
  it("refuses one more before it is sent", async () => {
    const upload = newUpload([], baseOf(undefined), "00".repeat(4), 1_000)
    const blocks: string[] = []
    const entries = [`<Block><Name>${upload.marker}</Name><Size>1</Size></Block>`]
    for (let offset = 0; offset < 50_000; offset++) {
      const id = nextBlockId(upload, { last: blocks.at(-1), offset, epoch: upload.epoch, nonce: "00".repeat(4) })
      blocks.push(id)
      entries.push(`<Block><Name>${id}</Name><Size>1</Size></Block>`)
    }
    const list = `<BlockList><CommittedBlocks/><UncommittedBlocks>${entries.join("")}</UncommittedBlocks></BlockList>`
    await storage.blob("/full").stageBlock(upload.marker, "x", 1)
    await using proxy = await HttpProxy.start({
      backend: new URL(given.serviceurl).origin,
      rewriting: {
        body: ({ method, url }) => (method === "GET" && url.includes("comp=blocklist") ? () => list : undefined),
      },
    })
    const full = connect({ ...given, serviceurl: proxy.through(given.serviceurl) })
    const writer = await full.writer("/full", { append: true })
    expect(writer.size).toBe(50_000)
    const before = proxy.exchanges.length
    await writer.write(Buffer.from("one more"))
    await expect(writer.close()).rejects.toEqual(refused(/it has 50000 blocks, which is the limit/))
    expect(proxy.exchanges.length).toBe(before)
  })
})

it("a block or a small file that is damaged on its way is refused by the service", async () => {
  let isDamaged = true
  await using proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
  proxy.damage = ({ method, url }) => isDamaged && method === "PUT" && !url.includes("comp=blocklist")
  const damaging = connect({ ...given, serviceurl: proxy.through(given.serviceurl) })
  await expect(damaging.putContent("/damaged", Buffer.from("content"))).rejects.toEqual(refused(/400 Md5Mismatch/))
  isDamaged = false
  const writer = await damaging.writer("/damaged-upload")
  isDamaged = true
  await writer.write(content.subarray(0, blockSize))
  await expect(writer.close()).rejects.toEqual(refused(/400 Md5Mismatch/))
})
