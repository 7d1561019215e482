import { describe, expect, it, vi } from "vitest"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { connect } from "./driver.ts"
import { openTestUploads, refused } from "./test-uploads.ts"

const { given, driver, other, upload, get } = await openTestUploads()

describe("the beginning of an upload", () => {
  it("takes the time of one request", async () => {
    await using proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
    const allAreThere = Promise.withResolvers<void>()
    proxy.choose = async () => {
      if (proxy.exchanges.length === 3) allAreThere.resolve()
      await allAreThere.promise
      return undefined
    }
    const writer = await connect({ ...given, serviceurl: proxy.through(given.serviceurl) }).writer("/at-once")
    expect(proxy.exchanges).toHaveLength(3)
    await writer.close()
    const resumed = await other.writer("/at-once", { append: true })
    expect(resumed.size).toBe(0)
  })

  it("supersedes an upload that was begun by a clock that is ahead", async () => {
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_000)
    await (await upload("/ahead", "from the future")).close()
    vi.restoreAllMocks()
    await (await upload("/ahead", "new")).close()
    const resumed = await other.writer("/ahead", { append: true })
    expect(resumed.size).toBe(3)
    await resumed.commit()
    expect(await get("/ahead")).toBe("new")
  })

  it("over a file fails where it cannot be marked as one over that, and the file stays", async () => {
    await driver.putContent("/marked", Buffer.from("old"))
    await using proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
    let markers = 0
    proxy.choose = ({ method }) => (method === "PUT" && ++markers === 2 ? { kind: "answer", status: 403 } : undefined)
    const behindProxy = connect({ ...given, serviceurl: proxy.through(given.serviceurl) })
    await expect(behindProxy.writer("/marked")).rejects.toEqual(refused(/403/))
    expect(await get("/marked")).toBe("old")
    await expect(other.writer("/marked", { append: true })).rejects.toEqual(refused(/cannot be appended to/))
    await driver.delete("/marked")
    await expect(other.writer("/marked", { append: true })).rejects.toMatchObject({ code: "PathNotFound" })
  })
})
