import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { openStorage } from "./client.ts"
import { connect } from "./driver.ts"
import { failure, missing, openTestMoves } from "./test-moves.ts"

const { given, driver, proxy, copies, throughProxy, put, get, during } = await openTestMoves()

describe("a move", () => {
  it("replaces the destination and leaves nothing at the source", async () => {
    await put("/source", "content")
    await put("/destination", "old")
    await driver.move("/source", "/destination")
    expect(await get("/destination")).toBe("content")
    await expect(driver.stat("/source")).rejects.toEqual(missing)
  })

  it("of nothing, and of much, replaces the destination", async () => {
    await put("/destination", "old")
    await put("/source", "")
    await driver.move("/source", "/destination")
    expect(await get("/destination")).toBe("")
    const large = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251))
    await driver.putContent("/source", large)
    await connect(given, { copySize: 4_096 }).move("/source", "/destination")
    expect(large.equals(await driver.getContent("/destination"))).toBe(true)
  })

  it.each([true, false])(
    "takes along what other programs have noted with the content, also over a file: %s",
    async (replaces) => {
      const noted = {
        cacheControl: "no-store",
        contentType: "text/plain",
        contentEncoding: "gzip",
        contentLanguage: "mi",
        contentDisposition: "inline",
        contentMD5: createHash("md5").update("content").digest(),
        metadata: { writer: "another" },
      }
      const { metadata, ...headers } = noted
      const blobHTTPHeaders = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [`blob${name.charAt(0).toUpperCase()}${name.slice(1)}`, value]),
      )
      const destination = `/noted/${replaces}`
      if (replaces) await put(destination, "old")
      const { blob } = openStorage(given)
      await blob("/source").upload("content", 7, { blobHTTPHeaders, metadata })
      await driver.move("/source", destination)
      expect(await blob(destination).getProperties()).toMatchObject(noted)
    },
  )

  it.each([true, false])("to where an upload is pending, or was cancelled, takes its place: %s", async (isCancelled) => {
    const destination = `/destination/pending-${isCancelled}`
    const upload = await driver.writer(destination)
    await upload.write(Buffer.from("upload"))
    await (isCancelled ? upload.cancel() : upload.close())
    await put("/source", "content")
    await driver.move("/source", destination)
    expect(await get(destination)).toBe("content")
    await expect(driver.stat("/source")).rejects.toEqual(missing)
    await expect(driver.writer(destination, { append: true })).rejects.toMatchObject({ code: "Driver" })
  })

  it("of a missing source leaves the destination, and names the source", async () => {
    await put("/destination", "old")
    await expect(driver.move("/nowhere", "/destination")).rejects.toMatchObject({ code: "PathNotFound", path: "/nowhere" })
    expect(await get("/destination")).toBe("old")
  })

  it("onto itself changes nothing, and needs a source", async () => {
    await put("/source", "content")
    await driver.move("/source", "/source")
    expect(await get("/source")).toBe("content")
    await expect(driver.move("/nowhere", "/nowhere")).rejects.toEqual(missing)
  })

  it("takes the name as it is", async () => {
    await put("/source/..", "content")
    await driver.move("/source/..", "/destination/a.b.")
    expect(await get("/destination/a.b.")).toBe("content")
    await put("/source/..", "new")
    await driver.move("/source/..", "/destination/a.b.")
    expect(await get("/destination/a.b.")).toBe("new")
  })

  it("of a source that cannot be deleted fails, and says that the content is at both", async () => {
    await put("/source", "content")
    const lease = openStorage(given).blob("/source").getBlobLeaseClient()
    await lease.acquireLease(-1)
    await expect(driver.move("/source", "/leased")).rejects.toMatchObject(failure(/may be at both: 412 LeaseIdMissing/))
    await lease.releaseLease()
    expect([await get("/source"), await get("/leased")]).toEqual(["content", "content"])
  })

  it.each(["copy", "stage-from-url"] as const)(
    "of a source that changes meanwhile takes the new content: %s",
    async (request) => {
      const destination = `/changing/destination/${request}`
      await put("/source", "old")
      if (request === "stage-from-url") await put(destination, "replaced")
      let changes = 0
      during(request, async () => changes++ < 2 && put("/source", `new ${changes}`))
      await throughProxy().move("/source", destination)
      expect(await get(destination)).toBe("new 2")
      expect(copies.log.filter((one) => one === request).length).toBeGreaterThanOrEqual(3)
      await expect(driver.stat("/source")).rejects.toEqual(missing)
    },
  )

  it("leaves a source that was written anew behind its copy", async () => {
    await put("/source", "content")
    copies.begin({ pending: 1, end: "success" })
    during("poll", () => put("/source", "new"))
    await throughProxy().move("/source", "/destination/copied")
    expect(await get("/destination/copied")).toBe("content")
    expect(await get("/source")).toBe("new")
  })

  it("onto a destination that comes to be at that moment replaces that", async () => {
    await put("/source", "content")
    let isThere = false
    during("copy", async () => isThere || put("/destination/appears", "of another").then(() => (isThere = true)))
    await throughProxy().move("/source", "/destination/appears")
    expect(await get("/destination/appears")).toBe("content")
    expect(copies.log).toEqual(["copy", "stage-from-url", "commit", "delete"])
  })

  it("that the service refuses is not PathNotFound while the source is there", async () => {
    await put("/source", "content")
    for (const [status, errorCode] of [
      [404, "CannotVerifyCopySource"],
      [404, "BlobNotFound"],
      [409, "LeaseIdMissing"],
      [403, "AuthorizationFailure"],
    ] as const) {
      proxy.choose = ({ headers }) =>
        headers["x-ms-copy-source"] === undefined
          ? undefined
          : { kind: "answer", status, headers: { "x-ms-error-code": errorCode } }
      const moving = throughProxy().move("/source", "/refused")
      await expect(moving).rejects.toMatchObject(failure(new RegExp(`refused to copy: ${errorCode}`)))
    }
    expect(await get("/source")).toBe("content")
  })

  it.each([
    ["copy", "lose-request"],
    ["copy", "lose-answer"],
    ["copy", "swallow-answer"],
    ["stage-from-url", "lose-answer"],
    ["commit", "lose-answer"],
    ["commit", "swallow-answer"],
    ["delete", "lose-request"],
    ["delete", "lose-answer"],
  ] as const)("of whose requests the %s meets %s succeeds, and loses nothing", async (request, kind) => {
    const destination = `/lossy/${request}-${kind}`
    await put("/source", "content")
    if (request === "stage-from-url" || request === "commit") await put(destination, "old")
    let isHit = false
    proxy.choose = ({ method, url, headers }) => {
      const matches = {
        copy: headers["x-ms-copy-source"] !== undefined,
        "stage-from-url": url.includes("comp=block&"),
        commit: url.includes("comp=blocklist"),
        delete: method === "DELETE",
      }[request]
      if (isHit || !matches) return undefined
      isHit = true
      return { kind }
    }
    await throughProxy().move("/source", destination)
    expect(isHit).toBe(true)
    expect(await get(destination)).toBe("content")
    await expect(driver.stat("/source")).rejects.toEqual(missing)
  })
})

describe("content at the destination", () => {
  it("stays what it is until the move is done, and where it fails", async () => {
    await put("/source", "content")
    await put("/destination/old", "old")
    const seen: string[] = []
    during("stage-from-url", async () => seen.push(await get("/destination/old")))
    await throughProxy().move("/source", "/destination/old")
    expect(seen).toEqual(["old"])
    expect(copies.log).toEqual(["stage-from-url", "commit", "delete"])

    await put("/source", "again")
    proxy.choose = ({ url }) => (url.includes("comp=blocklist") ? { kind: "answer", status: 500 } : undefined)
    await expect(throughProxy().move("/source", "/destination/old")).rejects.toMatchObject(failure(/500/))
    expect(await get("/destination/old")).toBe("content")
    expect(await get("/source")).toBe("again")
  })

  it("is replaced by Copy Blob where the service cannot copy into blocks, and a failure says that it may be lost", async () => {
    const refuseBlocks = () => {
      proxy.choose = ({ url }) =>
        url.includes("comp=block&")
          ? { kind: "answer", status: 403, headers: { "x-ms-error-code": "CannotVerifyCopySource" } }
          : undefined
    }
    await put("/source", "content")
    await put("/destination/fallback", "old")
    refuseBlocks()
    await throughProxy().move("/source", "/destination/fallback")
    expect(await get("/destination/fallback")).toBe("content")
    await put("/source", "again")
    copies.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    const moving = throughProxy().move("/source", "/destination/fallback")
    await expect(moving).rejects.toMatchObject(failure(/still pending.*what was at the destination before may be lost/))
    expect(await get("/source")).toBe("again")
  })

  it("keeps an upload that is pending there where a move onto it fails", async () => {
    await put("/source", "content")
    await put("/destination/uploading", "old")
    const upload = await driver.writer("/destination/uploading")
    await upload.write(Buffer.from("upload"))
    await upload.close()
    proxy.choose = ({ url }) => (url.includes("comp=blocklist") ? { kind: "answer", status: 500 } : undefined)
    await expect(throughProxy().move("/source", "/destination/uploading")).rejects.toMatchObject({ code: "Driver" })
    const resumed = await driver.writer("/destination/uploading", { append: true })
    expect(resumed.size).toBe(6)
    await resumed.commit()
    expect(await get("/destination/uploading")).toBe("upload")
  })
})
