import { createHash } from "node:crypto"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { AzureCopies, type CopyCourse, type CopyRequest } from "../../fixtures/faults/azure-copies.ts"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { VirtualClock } from "../../fixtures/faults/virtual-clock.ts"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { StorageDriver } from "../contract.ts"
import type { StartedTarget } from "../define.ts"
import { openStorage } from "./client.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"

let started: StartedTarget
let given: AzureParameters
/** Behind the proxy's back. */
let driver: StorageDriver
let proxy: HttpProxy
const copies = new AzureCopies()
beforeAll(async () => {
  started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  given = parameters.parse(started.parameters)
  driver = connect(given)
  proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin, rewriting: copies })
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await started.stop()
})
beforeEach(() => {
  copies.begin()
  proxy.choose = () => undefined
})

interface Polling {
  readonly maxRetry: number
  /** Milliseconds. */
  readonly delay: number
}

function throughProxy({ maxRetry, delay }: Polling = { maxRetry: 5, delay: 100 }, clock = new VirtualClock()): StorageDriver {
  proxy.onSilence = () => clock.endTimers()
  return connect(
    {
      ...given,
      serviceurl: proxy.through(given.serviceurl),
      copy_status_poll_max_retry: maxRetry,
      copy_status_poll_delay: delay,
    },
    { clock },
  )
}

const missing = expect.objectContaining({ code: "PathNotFound" })
const put = (path: string, content: string) => driver.putContent(path, Buffer.from(content))
const get = async (path: string, from = driver) => Buffer.from(await from.getContent(path)).toString()
const failure = (message: RegExp) => ({ code: "Driver", path: "/source", message: expect.stringMatching(message) })

/** What is asked of the service and of the other side while a move goes on. */
function during(request: CopyRequest | "poll", action: () => unknown): void {
  proxy.choose = async ({ method, url, headers }) => {
    const isCopy = method === "PUT" && headers["x-ms-copy-source"] !== undefined
    const isBlock = url.includes("comp=block&") || url.endsWith("comp=block")
    const isPoll = method === "HEAD" && copies.log.includes("copy") && url.includes("destination")
    const is = { copy: isCopy && !isBlock, "stage-from-url": isCopy && isBlock, poll: isPoll }
    if (Object.entries(is).some(([name, holds]) => holds && name === request)) await action()
    return undefined
  }
}

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

describe("a copy that the service does not finish at once", () => {
  interface Case extends Polling, CopyCourse {}
  const cases: readonly Case[] = [-1, 0, 1, 2, 5].flatMap((maxRetry) =>
    [0, 100, 1_500].flatMap((delay) => [
      ...[0, 2].flatMap((pending) =>
        (["success", "failed", "aborted"] as const).map((end) => ({ maxRetry, delay, pending, end })),
      ),
      { maxRetry, delay, pending: Number.POSITIVE_INFINITY, end: "success" as const },
    ]),
  )

  it.each(cases)(
    "maxRetry $maxRetry, delay $delay, pending $pending times, then $end",
    async ({ maxRetry, delay, pending, end }) => {
      const [source, destination] = ["/source", `/table/${maxRetry}/${delay}/${pending}/${end}`]
      await put(source, "content")
      copies.begin({ pending, end })
      const clock = new VirtualClock()
      const instance = throughProxy({ maxRetry, delay }, clock)
      const moving = instance.move(source, destination)

      const most = Math.max(0, maxRetry)
      const polls = Math.min(most, pending + 1)
      // One that ends well between the last question and the abort is done: the abort is refused.
      const succeeds = end === "success" && pending <= most
      const why =
        pending >= most ? (most > 0 ? `was still pending after ${most} polls` : "was not done at once") : `ended as ${end}`
      if (succeeds) await moving
      else await expect(moving).rejects.toMatchObject(failure(new RegExp(`the copy ${why}`)))

      expect(clock.slept).toEqual(Array.from({ length: polls }, (_, index) => (index + 1) * delay))
      const asked = Array.from({ length: polls }, () => "poll")
      const isAborted = pending >= most
      const after = succeeds ? [...(isAborted ? ["abort", "poll"] : []), "delete"] : ["abort", "poll", "delete"]
      expect(copies.log).toEqual(["copy", ...asked, ...after])
      if (succeeds) {
        expect(await get(destination, instance)).toBe("content")
        await expect(driver.stat(source)).rejects.toEqual(missing)
      } else {
        for (const one of [instance, driver]) await expect(one.stat(destination)).rejects.toEqual(missing)
        expect(await get(source)).toBe("content")
      }
    },
  )

  it("is aborted when the signal aborts, with its reason", async () => {
    copies.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    await put("/source", "content")
    const reason = new Error("changed my mind")
    const controller = new AbortController()
    during("poll", () => controller.abort(reason))
    await expect(throughProxy().move("/source", "/destination/given-up", { signal: controller.signal })).rejects.toBe(reason)
    expect(copies.log.filter((one) => one !== "poll")).toEqual(["copy", "abort", "delete"])
    await expect(driver.stat("/destination/given-up")).rejects.toEqual(missing)
    expect(await get("/source")).toBe("content")
  })

  it("leaves what somebody else has stored at the destination meanwhile", async () => {
    copies.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    await put("/source", "content")
    during("poll", () => put("/destination/taken", "by another"))
    await expect(throughProxy().move("/source", "/destination/taken")).rejects.toMatchObject(failure(/was superseded/))
    expect(await get("/destination/taken")).toBe("by another")
    expect(await get("/source")).toBe("content")
  })

  it("of which the answer is lost is waited for", async () => {
    await put("/source", "content")
    copies.begin({ pending: 3, end: "success" })
    let isHit = false
    proxy.choose = ({ headers }) => {
      if (isHit || headers["x-ms-copy-source"] === undefined) return undefined
      isHit = true
      return { kind: "lose-answer" }
    }
    await throughProxy().move("/source", "/destination/waited-for")
    expect(await get("/destination/waited-for")).toBe("content")
    await expect(driver.stat("/source")).rejects.toEqual(missing)
  })

  it("is not there yet for readers", async () => {
    await put("/source", "content")
    copies.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    const storage = openStorage({ ...given, serviceurl: proxy.through(given.serviceurl) })
    await storage.blob("/folder/pending").beginCopyFromURL(storage.blob("/source").url)
    const reader = throughProxy()
    await expect(reader.list("/folder")).rejects.toEqual(missing)
    await expect(reader.walk("/folder", () => {})).rejects.toEqual(missing)
    await expect(reader.stat("/folder")).rejects.toEqual(missing)
    await expect(reader.stat("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.getContent("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.reader("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.move("/folder/pending", "/elsewhere")).rejects.toEqual(missing)
    await expect(reader.delete("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.delete("/folder")).rejects.toEqual(missing)
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
