import { describe, expect, it, vi } from "vitest"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { connect } from "./driver.ts"
import { blockSize, content, missing, openTestUploads } from "./test-uploads.ts"

const { given, driver, other, upload, stagedUpload, get } = await openTestUploads()

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
