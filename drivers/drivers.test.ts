import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest"
import type { FileWriter, StorageDriver } from "./contract.ts"
import type { OpenedStorage } from "./define.ts"
import filesystem from "./filesystem/index.ts"
import inmemory from "./inmemory/index.ts"

const { signal } = new AbortController()

async function openInMemory(): Promise<OpenedStorage> {
  return await inmemory.open({ parameters: {}, signal })
}

async function openFilesystem(): Promise<OpenedStorage> {
  const rootdirectory = await mkdtemp(join(tmpdir(), "drivers-test-"))
  onTestFinished(() => rm(rootdirectory, { recursive: true }))
  return await filesystem.open({ parameters: { rootdirectory, maxthreads: 100 }, signal })
}

/** Bytes of which no two stretches of the same length are equal, and which differ from one version to the next. */
function bytes(length: number, version = 0): Uint8Array {
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, (_, position) => position * 8191 + version * 7)
  return new Uint8Array(words.buffer).slice(0, length)
}

async function read(driver: StorageDriver, path: string, offset = 0): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await (await driver.reader(path, { offset })).toArray()))
}

async function stored(driver: StorageDriver): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  await driver.walk("/", async ({ path, isDirectory }) => {
    files.set(path, isDirectory ? "directory" : Buffer.from(await driver.getContent(path)).toString("base64"))
  })
  return files
}

/** Writes, then takes its buffer back for something else. */
async function writeAndSpoil(writer: FileWriter, content: Uint8Array): Promise<void> {
  const buffer = Buffer.from(content)
  await writer.write(buffer)
  buffer.fill(0xee)
}

describe.each([
  ["inmemory", openInMemory],
  ["filesystem", openFilesystem],
])("the %s driver", (name, openStorage) => {
  let storage: OpenedStorage
  let driver: StorageDriver
  const opened: StorageDriver[] = []

  async function connect(): Promise<StorageDriver> {
    const instance = await storage.connect()
    opened.push(instance)
    return instance
  }

  beforeEach(async () => {
    storage = await openStorage()
    driver = await connect()
  })

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((instance) => instance.close?.()))
    await storage.close()
    vi.restoreAllMocks()
  })

  it("gives back what was written in any chunks, closed and resumed by other instances, and shares no buffer", async () => {
    const part = fc.record({ length: fc.nat({ max: 70_000 }), resume: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), fc.nat(), async (parts, pick) => {
        const content = bytes(parts.reduce((sum, { length }) => sum + length, 0))
        let writer = await driver.writer("/a/b")
        for (const { length, resume } of parts) {
          const { size } = writer
          await writeAndSpoil(writer, content.subarray(size, size + length))
          expect(writer.size).toBe(size + length)
          if (!resume) continue
          await writer.close()
          writer = await (await connect()).writer("/a/b", { append: true })
          expect(writer.size).toBe(size + length)
        }
        await writer.commit()
        await writer.close()
        expect(writer.size).toBe(content.length)
        const handedOut = await driver.getContent("/a/b")
        expect(Buffer.compare(handedOut, content)).toBe(0)
        handedOut.fill(0xee)
        for (const chunk of await (await driver.reader("/a/b")).toArray()) chunk.fill(0xee)
        const offset = pick % (content.length + 2)
        expect(Buffer.compare(await read(driver, "/a/b", offset), content.subarray(offset))).toBe(0)
        expect(Buffer.compare(await (await connect()).getContent("/a/b"), content)).toBe(0)
        expect(await driver.stat("/a/b")).toMatchObject({ path: "/a/b", size: content.length, isDirectory: false })
      }),
      { numRuns: 30 },
    )
  })

  it("keeps no buffer of putContent, and gives away none that another may use", async () => {
    const content = Buffer.from(bytes(1000))
    await driver.putContent("/a", content)
    content.fill(0xee)
    const one = await driver.getContent("/a")
    structuredClone(one.buffer, { transfer: [one.buffer as ArrayBuffer] })
    expect(Buffer.compare(await driver.getContent("/a"), bytes(1000))).toBe(0)
  })

  it.each(["putContent", "writer", "move", "delete"])("an open stream keeps the old bytes across a %s", async (change) => {
    await driver.putContent("/a", bytes(1_000_000))
    const stream = await driver.reader("/a")
    await once(stream, "readable")
    const first: Uint8Array = stream.read(1)
    await driver.putContent("/b", bytes(1_000_000, 1))
    if (change === "putContent") await driver.putContent("/a", bytes(1_000_000, 1))
    if (change === "move") await driver.move("/b", "/a")
    if (change === "delete") await driver.delete("/a")
    if (change === "writer") {
      const writer = await driver.writer("/a")
      await writer.write(bytes(1_000_000, 1))
      await writer.commit()
    }
    expect(Buffer.compare(Buffer.concat([first, ...(await stream.toArray())]), bytes(1_000_000))).toBe(0)
  })

  it("shows nothing of an upload before its commit, and the older content until then", async () => {
    for (const older of [undefined, bytes(100)]) {
      if (older !== undefined) await driver.putContent("/a/b", older)
      const before = await stored(driver)
      const writer = await driver.writer("/a/b")
      await writer.write(bytes(5, 1))
      expect(await stored(driver)).toEqual(before)
      await writer.close()
      expect(await stored(driver)).toEqual(before)
    }
    const resumed = await driver.writer("/a/b", { append: true })
    expect(resumed.size).toBe(5)
    await resumed.commit()
    expect(await driver.getContent("/a/b")).toHaveLength(5)
  })

  it("cancels the upload and nothing else", async () => {
    await driver.putContent("/a", bytes(100))
    const writer = await driver.writer("/a")
    await writer.write(bytes(5, 1))
    await writer.cancel()
    expect(await driver.getContent("/a")).toHaveLength(100)
    await expect(driver.writer("/a", { append: true })).rejects.toMatchObject({ code: "Driver", path: "/a" })
    await driver.delete("/a")
    await (await driver.writer("/a")).cancel()
    await expect(driver.writer("/a", { append: true })).rejects.toMatchObject({ code: "PathNotFound", path: "/a" })
    expect(await stored(driver)).toEqual(new Map())
  })

  it("goes on with a committed empty file, and with what is pending over committed content", async () => {
    await driver.putContent("/a", new Uint8Array())
    const writer = await driver.writer("/a", { append: true })
    await writer.write(bytes(5))
    await driver.putContent("/a", bytes(100))
    await writer.close()
    const resumed = await driver.writer("/a", { append: true })
    expect(resumed.size).toBe(5)
    await resumed.commit()
    expect(await driver.getContent("/a")).toHaveLength(5)
  })

  it("starts over where a writer is opened without append, and never comes back to what that replaced", async () => {
    const first = await driver.writer("/a")
    await first.write(bytes(50))
    await first.close()
    const second = await driver.writer("/a")
    expect(second.size).toBe(0)
    await second.close()
    const third = await driver.writer("/a", { append: true })
    expect(third.size).toBe(0)
    await third.write(bytes(20))
    await third.close()
    const fourth = await driver.writer("/a")
    await fourth.commit()
    expect((await driver.writer("/a", { append: true })).size).toBe(0)
  })

  it("commits as many bytes as the writer's size tells, whatever another writer of the upload did", async () => {
    const first = await driver.writer("/a")
    await first.write(bytes(5))
    await first.close()
    const idle = await driver.writer("/a", { append: true })
    const busy = await driver.writer("/a", { append: true })
    await busy.write(bytes(5))
    await busy.close()
    await idle.commit()
    expect(await driver.getContent("/a")).toHaveLength(idle.size)
  })

  it("tells a replaced writer so, and keeps it from what others committed", async () => {
    await driver.putContent("/a", bytes(100))
    const replaced = await driver.writer("/a")
    await replaced.write(bytes(5, 1))
    const resumed = await (await connect()).writer("/a", { append: true })
    await resumed.write(bytes(5, 2))
    await resumed.commit()
    const committed = await driver.getContent("/a")
    for (const call of [() => replaced.write(bytes(5)), () => replaced.commit()]) {
      await expect(call()).rejects.toMatchObject({
        code: "Driver",
        path: "/a",
        message: expect.stringContaining("another writer"),
      })
    }
    const next = await driver.writer("/a")
    await next.write(bytes(3, 3))
    await expect(replaced.commit()).rejects.toMatchObject({ code: "Driver" })
    await replaced.cancel()
    expect(await driver.getContent("/a")).toEqual(committed)
    await next.commit()
    expect(await driver.getContent("/a")).toHaveLength(3)
  })

  it("lets a status request come and go while an upload is written", async () => {
    const writer = await driver.writer("/a")
    const content = bytes(15)
    await writer.write(content.subarray(0, 5))
    const status = await (await connect()).writer("/a", { append: true })
    await writer.write(content.subarray(5, 10))
    await status.close()
    await writer.write(content.subarray(10))
    await writer.commit()
    expect(writer.size).toBe(15)
    expect(Buffer.compare(await driver.getContent("/a"), content)).toBe(0)
  })

  it("refuses a file where a directory is and below a file, and changes nothing", async () => {
    await driver.putContent("/file", bytes(5))
    await driver.putContent("/folder/file", bytes(6))
    const pending = await driver.writer("/later/file")
    await driver.putContent("/later", bytes(7))
    const before = await stored(driver)
    const refusal = { code: "Driver", driverName: name }
    for (const path of ["/folder", "/file/x", "/file/x/y"]) {
      await expect(driver.putContent(path, bytes(1))).rejects.toMatchObject({ ...refusal, path })
      await expect(driver.writer(path)).rejects.toMatchObject({ ...refusal, path })
      await expect(driver.writer(path, { append: true })).rejects.toMatchObject({ ...refusal, path })
      await expect(driver.move("/later", path)).rejects.toMatchObject({ ...refusal, path })
    }
    await expect(driver.move("/file", "/file/x")).rejects.toMatchObject(refusal)
    await expect(driver.move("/folder/file", "/folder")).rejects.toMatchObject(refusal)
    await expect(driver.move("/folder", "/elsewhere")).rejects.toMatchObject({ ...refusal, path: "/folder" })
    await expect(pending.commit()).rejects.toMatchObject({ ...refusal, path: "/later/file" })
    expect(await stored(driver)).toEqual(before)
    await driver.delete("/later")
    await pending.commit()
    expect(await driver.getContent("/later/file")).toHaveLength(0)
  })

  it("finds nothing below a file, beside it, or in place of the other kind", async () => {
    await driver.putContent("/a/b", bytes(5))
    for (const path of ["/a/b/c", "/a/b/c/d", "/a/c", "/b", "/a/bb"]) {
      const missing = { code: "PathNotFound", driverName: name, path }
      await expect(driver.getContent(path)).rejects.toMatchObject(missing)
      await expect(driver.reader(path)).rejects.toMatchObject(missing)
      await expect(driver.stat(path)).rejects.toMatchObject(missing)
      await expect(driver.list(path)).rejects.toMatchObject(missing)
      await expect(driver.walk(path, () => {})).rejects.toMatchObject(missing)
      await expect(driver.delete(path)).rejects.toMatchObject(missing)
      await expect(driver.move(path, "/a/b")).rejects.toMatchObject(missing)
      await expect(driver.move(path, "/new/folder/file")).rejects.toMatchObject(missing)
    }
    await expect(driver.getContent("/a")).rejects.toMatchObject({ code: "PathNotFound", path: "/a" })
    await expect(driver.reader("/a")).rejects.toMatchObject({ code: "PathNotFound", path: "/a" })
    await expect(driver.list("/a/b")).rejects.toMatchObject({ code: "PathNotFound", path: "/a/b" })
    expect(await stored(driver)).toEqual(
      new Map([
        ["/a", "directory"],
        ["/a/b", Buffer.from(bytes(5)).toString("base64")],
      ]),
    )
  })

  it("has a directory as long as a file is below it", async () => {
    await driver.putContent("/a/b/c/d", bytes(1))
    await driver.putContent("/a/x", bytes(1))
    await driver.delete("/a/b/c/d")
    expect(await driver.list("/a")).toEqual(["/a/x"])
    await driver.putContent("/a/b", bytes(2))
    await driver.move("/a/b", "/c/d/e")
    await driver.delete("/a")
    expect(await driver.list("/")).toEqual(["/c"])
    await driver.delete("/c")
    expect(await driver.list("/")).toEqual([])
    expect(await driver.stat("/")).toMatchObject({ path: "/", isDirectory: true })
  })

  it("moves in place of what is there, and loses nothing by a move onto itself", async () => {
    await driver.putContent("/a/b", bytes(100))
    await driver.putContent("/c", bytes(200, 1))
    await driver.move("/a/b", "/a/b")
    await driver.move("/a/b", "/c")
    expect(await stored(driver)).toEqual(new Map([["/c", Buffer.from(bytes(100)).toString("base64")]]))
  })

  it("never lets the time at a path go back, even when the clock does", async () => {
    const upload = await driver.writer("/a")
    await driver.putContent("/older", bytes(1))
    const clock = vi.spyOn(Date, "now")
    const now = performance.timeOrigin + performance.now()
    let latest = 0
    const changes = [
      () => driver.putContent("/a", bytes(1)),
      () => upload.commit(),
      () => driver.move("/older", "/a"),
      () => driver.putContent("/a", bytes(1)),
    ]
    for (const [step, change] of changes.entries()) {
      clock.mockReturnValue(Math.round(now) - step * 3_600_000)
      await change()
      const { modTime } = await driver.stat("/a")
      expect(modTime.getTime()).toBeGreaterThanOrEqual(latest)
      latest = modTime.getTime()
    }
    expect(latest).toBe(Math.round(now))
  })

  it("destroys a stream with the signal's reason", async () => {
    await driver.putContent("/a", bytes(1_000_000))
    const controller = new AbortController()
    const stream = await driver.reader("/a", { signal: controller.signal })
    const reason = new Error("enough")
    const failed = once(stream, "error")
    controller.abort(reason)
    expect(await failed).toEqual([reason])
  })

  it("gives nothing beyond the end, and no redirect URL", async () => {
    await driver.putContent("/a", bytes(10))
    expect(await read(driver, "/a", 10)).toHaveLength(0)
    expect(await read(driver, "/a", 11)).toHaveLength(0)
    expect(await read(driver, "/a", Number.MAX_SAFE_INTEGER)).toHaveLength(0)
    expect(await driver.redirectURL("/a")).toBeUndefined()
  })
})
