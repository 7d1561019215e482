import { text } from "node:stream/consumers"
import { AppendBlobClient, StorageSharedKeyCredential } from "@azure/storage-blob"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { CallOptions, FileInfo, StorageDriver } from "../contract.ts"
import { readDriverModule, type StartedTarget } from "../define.ts"
import { openStorage } from "./client.ts"
import { connect } from "./driver.ts"
import azure from "./index.ts"
import { type AzureParameters, parameters } from "./parameters.ts"

let started: StartedTarget
let given: AzureParameters
let driver: StorageDriver
beforeAll(async () => {
  started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  given = parameters.parse(started.parameters)
  driver = connect(given)
})
afterAll(() => started.stop())

function keyOf({ credentials }: AzureParameters): string {
  if (credentials.type !== "shared_key") throw new Error("the target gives no key")
  return credentials.accountkey
}
const bytes = (content: string) => new TextEncoder().encode(content)
const put = (path: string, content = path) => driver.putContent(path, bytes(content))
const get = async (path: string) => new TextDecoder().decode(await driver.getContent(path))
const read = async (path: string, offset = 0) => text(await driver.reader(path, { offset }))
const missing = (path: string) => expect.objectContaining({ code: "PathNotFound", path, driverName: "azure" })

describe("files", () => {
  it("are stored whole, replaced whole and read from any offset", async () => {
    await put("/files/one", "the first content")
    await put("/files/one", "content")
    expect(await get("/files/one")).toBe("content")
    for (const offset of [0, 3, 7]) expect(await read("/files/one", offset)).toBe("content".slice(offset))
    expect(await read("/files/one", 8)).toBe("")
  })

  it("may be empty", async () => {
    await put("/files/empty", "")
    expect(await get("/files/empty")).toBe("")
    expect(await read("/files/empty")).toBe("")
    expect(await driver.stat("/files/empty")).toMatchObject({ size: 0, isDirectory: false })
  })

  it("are told by stat with their size and time", async () => {
    const before = Date.now()
    await put("/files/timed", "12345")
    const info = await driver.stat("/files/timed")
    expect(info).toMatchObject({ path: "/files/timed", size: 5, isDirectory: false })
    expect(info.modTime.getTime()).toBeGreaterThan(before - 1_100)
    expect(info.modTime.getTime()).toBeLessThanOrEqual(Date.now())
  })

  it("are served by URLs that hold no key, to GET and to HEAD", async () => {
    await put("/files/served.", "over HTTP")
    const url = (await driver.redirectURL("/files/served.")) ?? ""
    expect(await (await fetch(url)).text()).toBe("over HTTP")
    const head = await fetch((await driver.redirectURL("/files/served.", { method: "HEAD" })) ?? "", { method: "HEAD" })
    expect(head.headers.get("content-length")).toBe("9")
    expect(url).not.toContain(encodeURIComponent(keyOf(given)))
    expect((await fetch(url.replace("served", "other"))).status).toBe(403)
  })

  it("that are not there are PathNotFound", async () => {
    await put("/files-beside", "")
    const path = "/files/missing"
    await expect(driver.getContent(path)).rejects.toEqual(missing(path))
    await expect(driver.reader(path, { offset: 5 })).rejects.toEqual(missing(path))
    await expect(driver.stat(path)).rejects.toEqual(missing(path))
    await expect(driver.list(path)).rejects.toEqual(missing(path))
    await expect(driver.delete(path)).rejects.toEqual(missing(path))
    await expect(driver.move(path, "/files/new")).rejects.toEqual(missing(path))
    await expect(driver.writer(path, { append: true })).rejects.toEqual(missing(path))
    await expect(driver.walk(path, () => {})).rejects.toEqual(missing(path))
  })

  it("written by others as append blobs are read, moved and replaced, but take no upload", async () => {
    const { container } = openStorage(given)
    const foreign = new AppendBlobClient(
      `${container.url}/files/foreign`,
      new StorageSharedKeyCredential(given.accountname, keyOf(given)),
    )
    await foreign.create()
    await foreign.appendBlock("content", 7)
    await driver.move("/files/foreign", "/files/moved")
    expect(await get("/files/moved")).toBe("content")
    await expect(driver.writer("/files/moved")).rejects.toThrow(/is of type AppendBlob, to which no blocks can be staged/)
    await put("/files/moved", "new")
    expect(await get("/files/moved")).toBe("new")
  })
})

describe("names", () => {
  const hostile = ["/..", "/.", "/a/../../b", "/a./b.", "/...", "/-a/_b/.c", "/a/b/."]

  it("that a URL or the service would change stay as they are, below their root", async () => {
    const rooted = connect({ ...given, rootdirectory: "names/root" })
    for (const path of hostile) await rooted.putContent(path, bytes(path))
    const files: string[] = []
    await rooted.walk("/", ({ path, isDirectory }) => {
      if (!isDirectory) files.push(path)
    })
    expect(files.toSorted()).toEqual(hostile.toSorted())
    for (const path of hostile) expect(new TextDecoder().decode(await rooted.getContent(path))).toBe(path)
    expect(await driver.list("/names")).toEqual(["/names/root"])
    await rooted.move("/..", "/a/moved.")
    await rooted.delete("/a")
    expect(await rooted.list("/")).toEqual(["/-a", "/.", "/...", "/a."])
  })

  it("that the service has no room for are refused before anything is asked of it", async () => {
    const unreachable = connect({ ...given, serviceurl: "http://127.0.0.1:1/nobody" })
    const invalid = expect.objectContaining({ code: "InvalidPath" })
    const path = `/${"a".repeat(1025)}`
    await expect(unreachable.putContent(path, bytes(""))).rejects.toEqual(invalid)
    await expect(unreachable.move("/a", "/a".repeat(255))).rejects.toEqual(invalid)
    await expect(unreachable.list(path)).rejects.toEqual(invalid)
  })

  it("that no path has are not listed", async () => {
    const { container } = openStorage(given)
    for (const name of ["foreign/a b", "foreign/~", "foreign/c~/d", "foreign/", "foreign//e", "foreign/f"]) {
      await container.getBlockBlobClient(name).upload("", 0)
    }
    expect(await driver.list("/foreign")).toEqual(["/foreign/f"])
    await driver.delete("/foreign")
    await expect(driver.list("/foreign")).rejects.toEqual(missing("/foreign"))
  })
})

describe("directories", () => {
  it("are listed by their direct descendants, each once, without what only begins like them", async () => {
    for (const path of ["/d/a", "/d/a/a", "/d/a/b", "/d/a-b", "/d/a.b/c", "/d2", "/d-e/f"]) await put(path)
    expect(await driver.list("/d")).toEqual(["/d/a", "/d/a-b", "/d/a.b"])
    expect(await driver.list("/d/a")).toEqual(["/d/a/a", "/d/a/b"])
    expect(await driver.list("/")).toEqual(expect.arrayContaining(["/d", "/d-e", "/d2"]))
    expect(await driver.stat("/d")).toMatchObject({ path: "/d", isDirectory: true })
    expect(await driver.stat("/")).toMatchObject({ path: "/", isDirectory: true })
    await driver.delete("/d")
    await expect(driver.stat("/d")).rejects.toEqual(missing("/d"))
    await expect(driver.stat("/d/a")).rejects.toEqual(missing("/d/a"))
    expect(await get("/d2")).toBe("/d2")
    expect(await get("/d-e/f")).toBe("/d-e/f")
  })

  it("are walked with each directory before its contents", async () => {
    for (const path of ["/w/b/c", "/w/a/b/c", "/w/a-b"]) await put(path)
    const visited: FileInfo[] = []
    await driver.walk("/w", (info) => void visited.push(info))
    expect(visited.map(({ path }) => path)).toEqual(["/w/a", "/w/a/b", "/w/a/b/c", "/w/a-b", "/w/b", "/w/b/c"])
  })

  it("of an empty storage are none, and the root of it is there", async () => {
    const empty = connect({ ...given, rootdirectory: "nothing/in/here" })
    expect(await empty.list("/")).toEqual([])
    expect(await empty.stat("/")).toMatchObject({ isDirectory: true })
  })

  it("are deleted by several at once", async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => put(`/many/${index % 4}/${index}`)))
    const deletes = await Promise.allSettled([driver.delete("/many"), driver.delete("/many"), connect(given).delete("/many")])
    expect(deletes.some(({ status }) => status === "fulfilled")).toBe(true)
    for (const one of deletes) if (one.status === "rejected") expect(one.reason).toEqual(missing("/many"))
    await expect(driver.list("/many")).rejects.toEqual(missing("/many"))
  })
})

describe("what is not the path's absence", () => {
  type Call = (driver: StorageDriver, options: CallOptions) => Promise<unknown>
  const calls: readonly [string, Call][] = [
    ["getContent", (one, options) => one.getContent("/a", options)],
    ["putContent", (one, options) => one.putContent("/a", bytes(""), options)],
    ["reader", (one, options) => one.reader("/a", { ...options, offset: 1 })],
    ["writer", (one, options) => one.writer("/a", options)],
    ["writer to append", (one, options) => one.writer("/a", { ...options, append: true })],
    ["stat", (one, options) => one.stat("/a", options)],
    ["stat of the root", (one, options) => one.stat("/", options)],
    ["list", (one, options) => one.list("/a", options)],
    ["move", (one, options) => one.move("/a", "/b", options)],
    ["delete", (one, options) => one.delete("/a", options)],
    ["walk", (one, options) => one.walk("/a", () => {}, options)],
  ]

  it.each(calls)("a wrong key, a missing container or an unknown account: %s", async (_, call) => {
    const wrong = Object.entries(azure.misconfigurations ?? {}).map(([name, spoil]) => [name, spoil(given)] as const)
    expect(wrong.map(([name]) => name)).toEqual(["a wrong key", "a missing container"])
    const serviceurl = given.serviceurl.replace(given.accountname, "nobody")
    for (const [name, bad] of [...wrong, ["an unknown account", { ...given, accountname: "nobody", serviceurl }] as const]) {
      const error = await call(connect(bad), {}).catch((reason: unknown) => reason)
      expect(error, name).toMatchObject({ code: "Driver", driverName: "azure", message: expect.stringMatching(/ 40[34] /) })
      expect(JSON.stringify(error), name).not.toContain(keyOf(bad))
    }
  })

  it.each(calls)("a signal that aborts while the service is silent: %s", async (_, call) => {
    const reason = new Error("changed my mind")
    const silent = connect({ ...given, serviceurl: "http://127.0.0.1:1/nobody" })
    const controller = new AbortController()
    const calling = call(silent, { signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await expect(calling).rejects.toBe(reason)
  })
})

describe("the module", () => {
  it("is a driver module whose storage is opened by its parameters", async () => {
    expect(readDriverModule(azure, "drivers/azure")).toBe(azure)
    const storage = await azure.open({ parameters: given, signal: AbortSignal.timeout(5_000) })
    await (await storage.connect()).putContent("/module", bytes("one"))
    expect(await (await storage.connect()).list("/")).toContain("/module")
    await storage.close()
  })
})
