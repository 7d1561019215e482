import { once } from "node:events"
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type Server,
  type ServerResponse,
} from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { StorageDriver } from "../contract.ts"
import type { StartedTarget } from "../define.ts"
import { openStorage } from "./client.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"

let started: StartedTarget
let given: AzureParameters
let driver: StorageDriver
let proxy: CopyProxy
beforeAll(async () => {
  started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  given = parameters.parse(started.parameters)
  driver = connect(given)
  proxy = await CopyProxy.start(given.serviceurl ?? "")
})
afterAll(async () => {
  await proxy.stop()
  await started.stop()
})

/** How the service is to go on with a copy that it does not finish at once. */
interface Course {
  /** How many polls it answers with "pending". */
  readonly pending: number
  readonly end: "success" | "failed" | "aborted"
}

interface Copy {
  readonly id: string
  left: number
  end: Course["end"]
}

/**
 * An HTTP proxy in front of Azurite, which does every copy at once: here the copy is said to be pending for a while and to end
 * otherwise than it did.
 */
class CopyProxy {
  course: Course | undefined
  /** What was asked of the service about copies, each with the time. */
  log: { readonly what: "copy" | "poll" | "abort" | "delete"; readonly at: number }[] = []
  /** Called before a request is passed on. */
  before: (what: "copy" | "poll") => Promise<unknown> = async () => {}
  /** An answer in place of the service's to the next copy. */
  refusal: { readonly status: number; readonly errorCode: string } | undefined
  readonly #copies = new Map<string, Copy>()
  readonly #server: Server
  readonly #service: URL

  private constructor(server: Server, service: URL) {
    this.#server = server
    this.#service = service
  }

  static async start(service: string): Promise<CopyProxy> {
    const server = createServer()
    const proxy = new CopyProxy(server, new URL(service))
    server.on("request", (incoming, answer) => {
      proxy.#serve(incoming, answer).catch((error: Error) => answer.destroy(error))
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return proxy
  }

  connect(polling: { readonly maxRetry: number; readonly delay: number }): StorageDriver {
    return connect({
      ...this.parameters,
      copy_status_poll_max_retry: polling.maxRetry,
      copy_status_poll_delay: polling.delay,
    })
  }

  get parameters(): AzureParameters {
    const url = new URL(this.#service)
    const { port }: AddressInfo = Object(this.#server.address())
    url.port = String(port)
    return { ...given, serviceurl: url.href }
  }

  begin(course?: Course): void {
    this.course = course
    this.log = []
    this.before = async () => {}
    this.refusal = undefined
  }

  count(what: string): number {
    return this.log.filter((one) => one.what === what).length
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, "close")
  }

  async #serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method, url = "", headers } = incoming
    const path = url.split("?")[0] ?? ""
    const copy = this.#copies.get(path)
    const isCopy = method === "PUT" && headers["x-ms-copy-source"] !== undefined
    if (isCopy) await this.#note("copy")
    if (isCopy && this.refusal !== undefined) {
      const { status, errorCode } = this.refusal
      answer.writeHead(status, { "x-ms-error-code": errorCode }).end()
      return
    }
    if (copy !== undefined && method === "PUT" && url.includes("comp=copy")) {
      await this.#note("abort")
      if (copy.left > 0) {
        Object.assign(copy, { left: 0, end: "aborted" })
        answer.writeHead(204).end()
        return
      }
    }
    if (copy !== undefined && method === "HEAD") await this.#note("poll")
    if (copy !== undefined && method === "DELETE") await this.#note("delete")
    const { status, headers: answered, body } = await this.#forward(incoming)
    const id = answered["x-ms-copy-id"]
    if (isCopy && status === 202 && typeof id === "string") {
      this.#copies.delete(path)
      if (this.course !== undefined) {
        this.#copies.set(path, { id, left: this.course.pending, end: this.course.end })
        answered["x-ms-copy-status"] = "pending"
      }
    } else if (copy !== undefined && (method === "HEAD" || method === "GET") && id === copy.id) {
      answered["x-ms-copy-status"] = copy.left > 0 ? "pending" : copy.end
      copy.left--
    }
    if (method === "DELETE" && status === 202) this.#copies.delete(path)
    answer.writeHead(status, answered).end(url.includes("comp=list") ? this.#withStatuses(body) : body)
  }

  #withStatuses(list: Buffer): string {
    const copies = this.#copies.values().filter(({ left }) => left > 0)
    return copies.reduce(
      (text, { id }) => text.replace(new RegExp(`(<CopyId>${id}</CopyId>\\s*<CopyStatus>)success`), "$1pending "),
      list.toString(),
    )
  }

  async #note(what: "copy" | "poll" | "abort" | "delete"): Promise<void> {
    this.log.push({ what, at: performance.now() })
    if (what === "copy" || what === "poll") await this.before(what)
  }

  async #forward(incoming: IncomingMessage): Promise<{ status: number; headers: OutgoingHttpHeaders; body: Buffer }> {
    const { method, url, headers } = incoming
    const outgoing = request({ host: this.#service.hostname, port: this.#service.port, method, path: url, headers })
    outgoing.end(await buffer(incoming))
    const [answer]: IncomingMessage[] = await once(outgoing, "response")
    if (answer === undefined) throw new Error("no answer")
    return { status: answer.statusCode ?? 500, headers: { ...answer.headers }, body: await buffer(answer) }
  }
}

const missing = expect.objectContaining({ code: "PathNotFound" })
const put = (path: string, content: string) => driver.putContent(path, Buffer.from(content))
const get = async (path: string) => Buffer.from(await driver.getContent(path)).toString()
const failure = (message: RegExp) => ({ code: "Driver", path: "/source", message: expect.stringMatching(message) })

describe("a move", () => {
  it("replaces the destination and leaves nothing at the source", async () => {
    await put("/source", "content")
    await put("/destination", "old")
    await driver.move("/source", "/destination")
    expect(await get("/destination")).toBe("content")
    await expect(driver.stat("/source")).rejects.toEqual(missing)
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
  })

  it("of a source that changes just before it is copied takes the new content", async () => {
    proxy.begin()
    await put("/source", "old")
    let changes = 0
    proxy.before = async (what) => {
      if (what === "copy" && changes++ < 2) await put("/source", "new")
    }
    await proxy.connect({ maxRetry: 5, delay: 1 }).move("/source", "/destination")
    expect(await get("/destination")).toBe("new")
    expect(proxy.count("copy")).toBe(3)
  })

  it("that the service refuses is not PathNotFound while the source is there", async () => {
    proxy.begin()
    await put("/source", "content")
    for (const refusal of [
      { status: 404, errorCode: "CannotVerifyCopySource" },
      { status: 404, errorCode: "BlobNotFound" },
      { status: 409, errorCode: "LeaseIdMissing" },
    ]) {
      proxy.refusal = refusal
      const moving = proxy.connect({ maxRetry: 5, delay: 1 }).move("/source", "/refused")
      await expect(moving).rejects.toMatchObject(failure(new RegExp(`refused to copy: ${refusal.errorCode}`)))
    }
    expect(await get("/source")).toBe("content")
  })
})

describe("a copy that the service does not finish at once", () => {
  const asked = () => proxy.log.map(({ what }) => what)
  const polls = (count: number) => Array.from({ length: count }, () => "poll")

  it.each([
    { maxRetry: 5, pending: 0 },
    { maxRetry: 5, pending: 2 },
    { maxRetry: 5, pending: 4 },
    { maxRetry: 1, pending: 0 },
  ])("is polled until it has succeeded, and then the source goes: %j", async ({ maxRetry, pending }) => {
    proxy.begin({ pending, end: "success" })
    await put("/source", "content")
    await proxy.connect({ maxRetry, delay: 1 }).move("/source", "/polled")
    expect(asked()).toEqual(["copy", ...polls(pending + 1)])
    expect(await get("/polled")).toBe("content")
    await expect(driver.stat("/source")).rejects.toEqual(missing)
  })

  it("is polled after waits that grow by the delay each time", async () => {
    proxy.begin({ pending: 2, end: "success" })
    await put("/source", "content")
    await proxy.connect({ maxRetry: 3, delay: 40 }).move("/source", "/waited-for")
    const waits = proxy.log.slice(1).map(({ at }, index) => at - (proxy.log[index]?.at ?? 0))
    expect(waits).toHaveLength(3)
    for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThan((index + 1) * 40 - 2)
  })

  it.each([
    { maxRetry: 3, pending: 3, message: /was still pending after 3 polls/ },
    { maxRetry: 1, pending: 99, message: /was still pending after 1 polls/ },
    { maxRetry: 0, pending: 99, message: /was not done at once/ },
    { maxRetry: -1, pending: 99, message: /was not done at once/ },
  ])("beyond the polls is aborted, and the move fails with nothing moved: %j", async ({ maxRetry, pending, message }) => {
    proxy.begin({ pending: pending + 1, end: "success" })
    await put("/source", "content")
    await expect(proxy.connect({ maxRetry, delay: 1 }).move("/source", "/aborted")).rejects.toMatchObject(failure(message))
    expect(asked()).toEqual(["copy", ...polls(Math.max(0, maxRetry)), "abort", "poll", "delete"])
    await expect(driver.stat("/aborted")).rejects.toEqual(missing)
    expect(await get("/source")).toBe("content")
  })

  it.each([
    { end: "failed", pending: 0 },
    { end: "failed", pending: 2 },
    { end: "aborted", pending: 1 },
  ] as const)("that ends badly fails the move with nothing moved: %j", async (course) => {
    proxy.begin(course)
    await put("/source", "content")
    const moving = proxy.connect({ maxRetry: 5, delay: 1 }).move("/source", "/bad")
    await expect(moving).rejects.toMatchObject(failure(new RegExp(`the copy ended as ${course.end}`)))
    await expect(driver.stat("/bad")).rejects.toEqual(missing)
    expect(await get("/source")).toBe("content")
  })

  it("that succeeds just before it is aborted counts as done", async () => {
    proxy.begin({ pending: 0, end: "success" })
    await put("/source", "content")
    await proxy.connect({ maxRetry: -1, delay: 1 }).move("/source", "/just-in-time")
    expect(asked()).toEqual(["copy", "abort", "poll"])
    expect(await get("/just-in-time")).toBe("content")
    await expect(driver.stat("/source")).rejects.toEqual(missing)
  })

  it("is aborted when the signal aborts, with its reason", async () => {
    proxy.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    await put("/source", "content")
    const reason = new Error("changed my mind")
    const controller = new AbortController()
    proxy.before = async (what) => what === "poll" && controller.abort(reason)
    const moving = proxy.connect({ maxRetry: 5, delay: 1 }).move("/source", "/given-up", { signal: controller.signal })
    await expect(moving).rejects.toBe(reason)
    expect(asked()).toEqual(["copy", "poll", "abort", "poll", "delete"])
    await expect(driver.stat("/given-up")).rejects.toEqual(missing)
    expect(await get("/source")).toBe("content")
  })

  it("leaves what somebody else has stored at the destination meanwhile", async () => {
    proxy.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    await put("/source", "content")
    proxy.before = async (what) => what === "poll" && put("/taken", "by another")
    const moving = proxy.connect({ maxRetry: 5, delay: 1 }).move("/source", "/taken")
    await expect(moving).rejects.toMatchObject(failure(/was superseded/))
    expect(await get("/taken")).toBe("by another")
    expect(await get("/source")).toBe("content")
  })

  it("leaves a source that was written anew meanwhile", async () => {
    proxy.begin({ pending: 1, end: "success" })
    await put("/source", "content")
    proxy.before = async (what) => what === "poll" && put("/source", "new")
    await proxy.connect({ maxRetry: 5, delay: 1 }).move("/source", "/copied")
    expect(await get("/copied")).toBe("content")
    expect(await get("/source")).toBe("new")
  })

  it("is not there yet for readers", async () => {
    proxy.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    await put("/source", "content")
    const destination = openStorage(proxy.parameters).blob("/folder/pending")
    await destination.beginCopyFromURL(openStorage(proxy.parameters).blob("/source").url)
    const reader = proxy.connect({ maxRetry: 5, delay: 1 })
    await expect(reader.list("/folder")).rejects.toEqual(missing)
    await expect(reader.stat("/folder")).rejects.toEqual(missing)
    await expect(reader.stat("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.getContent("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.reader("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.move("/folder/pending", "/elsewhere")).rejects.toEqual(missing)
    await expect(reader.delete("/folder/pending")).rejects.toEqual(missing)
  })
})
