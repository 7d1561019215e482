import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { azurite } from "../../fixtures/targets/azurite.ts"
import { type ClockWithTimers, realClock } from "../clock.ts"
import type { FileWriter, StorageDriver } from "../contract.ts"
import type { StartedTarget } from "../define.ts"
import { baseOf } from "./block-id.ts"
import { openStorage, type Storage } from "./client.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"
import { newUpload, nextBlockId } from "./uploads.ts"

const blockSize = 65_536

let started: StartedTarget
let given: AzureParameters
let storage: Storage
let driver: StorageDriver
/** Another instance, as another process of the registry would have it. */
let other: StorageDriver
beforeAll(async () => {
  started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  given = parameters.parse({ ...started.parameters, chunksize: blockSize })
  storage = openStorage(given)
  driver = connect(given)
  other = connect(given)
})
afterAll(() => started.stop())

/** Bytes that differ everywhere: each four of them are their own number. */
const content = Buffer.alloc(3 * blockSize)
for (let offset = 0; offset < content.length; offset += 4) content.writeUInt32LE(offset, offset)

const missing = expect.objectContaining({ code: "PathNotFound" })
const refused = (message: RegExp) => expect.objectContaining({ code: "Driver", message: expect.stringMatching(message) })

async function upload(path: string, text: string): Promise<FileWriter> {
  const writer = await driver.writer(path)
  await writer.write(Buffer.from(text))
  return writer
}

/** An upload of which all is staged: closed, and resumed. */
async function stagedUpload(path: string, text: string): Promise<FileWriter> {
  await (await upload(path, text)).close()
  return driver.writer(path, { append: true })
}

async function get(path: string): Promise<string> {
  return Buffer.from(await other.getContent(path)).toString()
}

describe("an upload", () => {
  it.each([
    [[0]],
    [[1, blockSize - 1, 1]],
    [[blockSize, 0, 1]],
    [[blockSize - 1, 2]],
    [[blockSize + 1, blockSize - 1]],
    [[2 * blockSize, blockSize]],
    [[7, 7, 7, blockSize, 7]],
  ])("closed after each of %j bytes is resumed by another instance at exactly these", async (parts) => {
    const path = `/resumed/${parts.join("-")}`
    let size = 0
    for (const [index, part] of parts.entries()) {
      const writer = await (index % 2 === 0 ? driver : other).writer(path, { append: index > 0 })
      expect(writer.size).toBe(size)
      await writer.write(content.subarray(size, size + part))
      size += part
      expect(writer.size).toBe(size)
      await writer.close()
      expect(writer.size).toBe(size)
      await expect(other.stat(path)).rejects.toEqual(missing)
    }
    const last = await other.writer(path, { append: true })
    expect(last.size).toBe(size)
    await last.commit()
    await last.close()
    expect(last.size).toBe(size)
    expect((await driver.stat(path)).size).toBe(size)
    expect(content.subarray(0, size).equals(await driver.getContent(path))).toBe(true)
  })

  it("is the same however it is cut into chunks, and keeps none of their buffers", async () => {
    const writer = await driver.writer("/chunks")
    const size = 2 * blockSize + 12_345
    const chunk = Buffer.alloc(10_007)
    for (let offset = 0; offset < size; offset += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, size - offset))
      content.copy(part, 0, offset)
      await writer.write(part)
      part.fill(0)
    }
    await writer.commit()
    expect(content.subarray(0, size).equals(await driver.getContent("/chunks"))).toBe(true)
  })

  it("gives each block the time in which a slow line takes all that are on their way", async () => {
    const limits: number[] = []
    const startTimer: ClockWithTimers["startTimer"] = (milliseconds, whenOver) => {
      limits.push(milliseconds)
      return realClock.startTimer(milliseconds, whenOver)
    }
    const patient = connect({ ...given, concurrency: 4 }, { clock: { ...realClock, startTimer }, tryLimit: 1_000 })
    const writer = await patient.writer("/slow-line")
    await writer.write(content.subarray(0, 2 * blockSize))
    await writer.close()
    // A quarter of a MiB a second is what is taken for slow.
    expect(limits.slice(-2)).toEqual([1_000 + (4 * blockSize) / 256, 1_000 + (4 * blockSize) / 256])
  })

  it("that is resumed many times over stays whole", async () => {
    await (await driver.writer("/often")).close()
    for (let count = 1; count <= 25; count++) {
      const writer = await (count % 2 === 0 ? driver : other).writer("/often", { append: true })
      await writer.write(Buffer.from(`${count},`))
      await writer.close()
    }
    await (await driver.writer("/often", { append: true })).commit()
    expect(await get("/often")).toBe(Array.from({ length: 25 }, (_, index) => `${index + 1},`).join(""))
  })

  it("can be seen nowhere before it is committed", async () => {
    const writer = await upload("/unseen/file", "content")
    await writer.close()
    await expect(other.getContent("/unseen/file")).rejects.toEqual(missing)
    await expect(other.list("/unseen")).rejects.toEqual(missing)
    await expect(other.stat("/unseen")).rejects.toEqual(missing)
    await expect(other.move("/unseen/file", "/seen")).rejects.toEqual(missing)
  })

  it("replaces older content at its commit, and not before", async () => {
    await driver.putContent("/replaced", Buffer.from("old"))
    const writer = await upload("/replaced", "new")
    expect(await get("/replaced")).toBe("old")
    await writer.close()
    expect(await get("/replaced")).toBe("old")
    const resumed = await other.writer("/replaced", { append: true })
    expect(resumed.size).toBe(3)
    await resumed.commit()
    expect(await get("/replaced")).toBe("new")
  })

  it("that replaces content by nothing leaves an empty file", async () => {
    await driver.putContent("/emptied", Buffer.from("old"))
    await (await driver.writer("/emptied")).commit()
    expect(await get("/emptied")).toBe("")
  })

  it("goes on behind a committed empty file, and not behind one with content", async () => {
    await driver.putContent("/grows", Buffer.alloc(0))
    const writer = await driver.writer("/grows", { append: true })
    expect(writer.size).toBe(0)
    await writer.write(Buffer.from("con"))
    await writer.close()
    expect(await get("/grows")).toBe("")
    const resumed = await other.writer("/grows", { append: true })
    await resumed.write(Buffer.from("tent"))
    await resumed.commit()
    expect(await get("/grows")).toBe("content")
    await expect(driver.writer("/grows", { append: true })).rejects.toEqual(refused(/cannot be appended to/))
  })

  it("that is only looked at stays as it is, also while another instance goes on with it", async () => {
    const writer = await upload("/looked-at", "con")
    await (await other.writer("/looked-at", { append: true })).close()
    await writer.write(Buffer.from("tent"))
    await writer.close()
    await (await other.writer("/looked-at", { append: true })).close()
    const resumed = await driver.writer("/looked-at", { append: true })
    expect(resumed.size).toBe(7)
    await resumed.commit()
    expect(await get("/looked-at")).toBe("content")
  })

  it("begun anew leaves nothing of the one before", async () => {
    await (await upload("/anew", "the first, which is longer")).close()
    await (await upload("/anew", "second")).close()
    const resumed = await other.writer("/anew", { append: true })
    expect(resumed.size).toBe(6)
    await resumed.commit()
    expect(await get("/anew")).toBe("second")
  })

  it("is over once other content is stored at its path", async () => {
    await (await upload("/superseded", "upload")).close()
    await driver.putContent("/superseded", Buffer.from("stored"))
    await expect(other.writer("/superseded", { append: true })).rejects.toEqual(refused(/cannot be appended to/))
    await driver.delete("/superseded")
    await expect(other.writer("/superseded", { append: true })).rejects.toEqual(missing)
  })

  it("is told that it is gone when a rival has committed: one of the two contents stays whole", async () => {
    const writers = [await stagedUpload("/rivals", "one"), await stagedUpload("/rivals", "other")]
    const outcomes = await Promise.allSettled(writers.map((writer) => writer.commit()))
    const contents = outcomes.flatMap(({ status }, index) => (status === "fulfilled" ? [["one", "other"][index]] : []))
    expect(contents).toEqual([await get("/rivals")])
    const [failure] = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []))
    expect(failure).toEqual(refused(/its blocks are gone/))
  })

  it("is deleted with its path, and with the directory above", async () => {
    for (const path of ["/pending/file", "/pending"]) {
      await (await upload("/pending/file", "content")).close()
      await other.delete(path)
      await expect(driver.writer("/pending/file", { append: true })).rejects.toEqual(missing)
      await expect(other.delete(path)).rejects.toEqual(missing)
    }
  })
})

describe("an upload that is cancelled", () => {
  it("cannot be seen, resumed or deleted, and is not in the way of the next", async () => {
    const writer = await upload("/cancelled", "content")
    await writer.write(content.subarray(0, blockSize))
    await writer.cancel()
    await expect(other.writer("/cancelled", { append: true })).rejects.toEqual(missing)
    await expect(other.stat("/cancelled")).rejects.toEqual(missing)
    await expect(other.delete("/cancelled")).rejects.toEqual(missing)
    await (await upload("/cancelled", "next")).commit()
    expect(await get("/cancelled")).toBe("next")
  })

  it("after it was resumed takes what was written before with it", async () => {
    await (await upload("/cancelled-later", "content")).close()
    await (await other.writer("/cancelled-later", { append: true })).cancel()
    await expect(driver.writer("/cancelled-later", { append: true })).rejects.toEqual(missing)
  })

  it("leaves older content at its path", async () => {
    await driver.putContent("/kept", Buffer.from("old"))
    await (await upload("/kept", "new")).cancel()
    expect(await get("/kept")).toBe("old")
    await driver.putContent("/kept-empty", Buffer.alloc(0))
    await (await driver.writer("/kept-empty", { append: true })).cancel()
    expect(await get("/kept-empty")).toBe("")
  })

  it("leaves an upload that was begun since", async () => {
    const old = await upload("/newer", "old")
    await (await upload("/newer", "new")).close()
    await old.cancel()
    const resumed = await other.writer("/newer", { append: true })
    expect(resumed.size).toBe(3)
  })

  it("stays over when one that was begun in the same moment is cancelled as well", async () => {
    await using proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
    const bothHaveLooked = Promise.withResolvers<void>()
    let begun = 0
    proxy.choose = async ({ method }) => {
      if (method === "PUT" && ++begun === 2) bothHaveLooked.resolve()
      if (method === "PUT") await bothHaveLooked.promise
      return undefined
    }
    const behindProxy = connect({ ...given, serviceurl: proxy.through(given.serviceurl) })
    vi.spyOn(Date, "now").mockReturnValue(Date.now())
    const [one, longer] = await Promise.all([behindProxy.writer("/twins"), behindProxy.writer("/twins")])
    vi.restoreAllMocks()
    await longer.write(Buffer.from("content"))
    await longer.close()
    const resumed = await other.writer("/twins", { append: true })
    expect(resumed.size).toBe(7)
    await one.cancel()
    await resumed.cancel()
    await expect(driver.writer("/twins", { append: true })).rejects.toEqual(missing)
  })

  it("may have lost its path meanwhile", async () => {
    const writer = await stagedUpload("/cancelled-and-gone", "content")
    await other.delete("/cancelled-and-gone")
    await writer.cancel()
    await expect(driver.writer("/cancelled-and-gone", { append: true })).rejects.toEqual(missing)
  })

  it("does not delete what a rival commits at that moment", async () => {
    for (let round = 0; round < 10; round++) {
      const path = `/rival/${round}`
      const writer = await upload(path, "cancelled")
      await Promise.all([writer.cancel(), other.putContent(path, Buffer.from("rival"))])
      expect(await get(path)).toBe("rival")
    }
  })
})

describe("a writer whose call fails", () => {
  it("fails from then on, and its upload is resumed at what was closed", async () => {
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
