import { describe, expect, it } from "vitest"
import { type ClockWithTimers, realClock } from "../clock.ts"
import { connect } from "./driver.ts"
import { blockSize, content, missing, openTestUploads, refused } from "./test-uploads.ts"

const { given, driver, other, upload, stagedUpload, get } = await openTestUploads()

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
