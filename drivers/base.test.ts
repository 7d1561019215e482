import { once } from "node:events"
import { Readable } from "node:stream"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { withArgumentChecks } from "./base.ts"
import { type FileWriter, isValidPath, PathNotFoundError, type StorageDriver, StorageDriverError } from "./contract.ts"

const nothing = new Uint8Array()

/** A driver whose every call, those of its writers included, is `answer`, and which notes what was called. */
function fake(answer: (method: string) => Promise<unknown> = async () => undefined) {
  const calls: string[] = []
  const call = async (method: string) => {
    calls.push(method)
    await answer(method)
  }
  const writer: FileWriter = {
    size: 7,
    write: () => call("write"),
    close: () => call("close"),
    cancel: () => call("cancel"),
    commit: () => call("commit"),
  }
  const driver: StorageDriver = {
    name: "fake",
    getContent: async () => call("getContent").then(() => nothing),
    putContent: () => call("putContent"),
    reader: () => call("reader").then(() => Readable.from([Buffer.alloc(10)], { objectMode: false })),
    writer: () => call("writer").then(() => writer),
    stat: (path) => call("stat").then(() => ({ path, size: 0, modTime: new Date(0), isDirectory: true })),
    list: () => call("list").then(() => []),
    move: () => call("move"),
    delete: () => call("delete"),
    redirectURL: () => call("redirectURL").then(() => "https://example.org"),
    async walk(path, visit) {
      await call("walk")
      await visit({ path: `${path}/x`, size: 0, modTime: new Date(0), isDirectory: false })
    },
  }
  return { calls, unchecked: driver, driver: withArgumentChecks(driver) }
}

type Call = (driver: StorageDriver, path: string, options?: { signal: AbortSignal }) => Promise<unknown>

const onFiles: Readonly<Record<string, Call>> = {
  getContent: (driver, path, options) => driver.getContent(path, options),
  putContent: (driver, path, options) => driver.putContent(path, nothing, options),
  reader: (driver, path, options) => driver.reader(path, options),
  writer: (driver, path, options) => driver.writer(path, options),
  move: (driver, path, options) => driver.move(path, "/b", options),
  delete: (driver, path, options) => driver.delete(path, options),
  redirectURL: (driver, path, options) => driver.redirectURL(path, options),
}
const onDirectories: Readonly<Record<string, Call>> = {
  stat: (driver, path, options) => driver.stat(path, options),
  list: (driver, path, options) => driver.list(path, options),
  walk: (driver, path, options) => driver.walk(path, () => {}, options),
}
const methods = Object.entries({ ...onFiles, ...onDirectories })

describe("paths", () => {
  const nearPath = fc
    .array(fc.constantFrom("/", "a", "B", "0", ".", "_", "-", " ", "~", "\n", "\0", "é", "\\", "%"), { maxLength: 8 })
    .map((parts) => parts.join(""))

  it("outside the grammar never reach the driver", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(nearPath, fc.string({ unit: "binary" })).filter((path) => !isValidPath(path) && path !== "/"),
        async (path) => {
          for (const [, call] of methods) {
            const { driver, calls } = fake()
            await expect(call(driver, path)).rejects.toMatchObject({ code: "InvalidPath", driverName: "fake", path })
            expect(calls).toEqual([])
          }
        },
      ),
    )
  })

  it("inside it reach it with every method", async () => {
    await fc.assert(
      fc.asyncProperty(nearPath.filter(isValidPath), async (path) => {
        for (const [name, call] of methods) {
          const { driver, calls } = fake()
          await call(driver, path)
          expect(calls).toEqual([name])
        }
      }),
      { numRuns: 20 },
    )
  })

  it.each(Object.entries(onDirectories))("%s takes the root", async (name, call) => {
    const { driver, calls } = fake()
    await call(driver, "/")
    expect(calls).toEqual([name])
  })

  it.each(Object.entries(onFiles))("%s does not take the root", async (_, call) => {
    await expect(call(fake().driver, "/")).rejects.toMatchObject({ code: "InvalidPath" })
  })

  it("are looked at source first by move", async () => {
    const { driver } = fake()
    await expect(driver.move("bad", "worse")).rejects.toMatchObject({ code: "InvalidPath", path: "bad" })
    await expect(driver.move("/a", "worse")).rejects.toMatchObject({ code: "InvalidPath", path: "worse" })
  })
})

describe("offsets", () => {
  it.each([-1, -0.5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%d is refused, before a bad path", async (offset) => {
    const { driver, calls } = fake()
    const refusal = { code: "InvalidOffset", driverName: "fake", offset }
    await expect(driver.reader("/a", { offset })).rejects.toMatchObject({ ...refusal, path: "/a" })
    await expect(driver.reader("bad", { offset })).rejects.toMatchObject({ ...refusal, path: "bad" })
    expect(calls).toEqual([])
  })

  it.each([0, 1, Number.MAX_SAFE_INTEGER])("%d is taken", async (offset) => {
    await expect(fake().driver.reader("/a", { offset })).resolves.toBeInstanceOf(Readable)
  })
})

describe("signals", () => {
  it.each(methods)("%s rejects with the reason before anything else", async (_, call) => {
    const { driver, calls } = fake()
    const signal = AbortSignal.abort("enough")
    await expect(call(driver, "bad", { signal })).rejects.toBe("enough")
    expect(calls).toEqual([])
  })

  it.each(["write", "close", "cancel", "commit"] as const)("a writer's %s does as well", async (method) => {
    const { driver, calls } = fake()
    const writer = await driver.writer("/a")
    const options = { signal: AbortSignal.abort("enough") }
    await expect(method === "write" ? writer.write(nothing, options) : writer[method](options)).rejects.toBe("enough")
    expect(calls).toEqual(["writer"])
  })

  it.each(methods)("%s takes an abort error for the reason, once the signal has come", async (_, call) => {
    const controller = new AbortController()
    const { driver } = fake(async () => {
      controller.abort("enough")
      throw new DOMException("aborted", "AbortError")
    })
    await expect(call(driver, "/a", { signal: controller.signal })).rejects.toBe("enough")
  })

  it("an abort error without a signal is an error like any other", async () => {
    const { driver } = fake(() => Promise.reject(new DOMException("aborted", "AbortError")))
    const { signal } = new AbortController()
    await expect(driver.getContent("/a", { signal })).rejects.toMatchObject({ code: "Driver" })
  })

  it("destroy a stream with their reason", async () => {
    const controller = new AbortController()
    const stream = await fake().driver.reader("/a", { signal: controller.signal })
    const failed = once(stream, "error")
    const reason = new Error("enough")
    controller.abort(reason)
    expect(await failed).toEqual([reason])
    expect(stream.destroyed).toBe(true)
  })

  it("destroy a stream that was opened too late", async () => {
    const controller = new AbortController()
    const { driver } = fake(async () => controller.abort("enough"))
    await expect(driver.reader("/a", { signal: controller.signal })).rejects.toBe("enough")
  })

  it("leave a stream alone that was read to its end", async () => {
    const controller = new AbortController()
    const stream = await fake().driver.reader("/a", { signal: controller.signal })
    expect((await stream.toArray()).length).toBe(1)
    controller.abort("enough")
    expect(stream.errored).toBeNull()
  })
})

describe("errors", () => {
  const cause = new TypeError("the socket broke")

  it.each(methods)("%s boxes what is not of the contract", async (_, call) => {
    const { driver } = fake(() => Promise.reject(cause))
    const error = await call(driver, "/a").catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StorageDriverError)
    expect(error).toMatchObject({ code: "Driver", driverName: "fake", path: "/a", cause, message: "fake: the socket broke" })
  })

  it.each(methods)("%s passes an error of the contract, of another copy of it too", async (_, call) => {
    const ours = new PathNotFoundError({ driverName: "inner", path: "/a" })
    for (const error of [ours, Object.assign(new Error("theirs"), { code: "PathNotFound" })]) {
      await expect(call(fake(() => Promise.reject(error)).driver, "/a")).rejects.toBe(error)
    }
  })

  it.each(["write", "close", "cancel", "commit"] as const)("a writer's %s boxes them as well", async (method) => {
    const { driver } = fake((called) => (called === "writer" ? Promise.resolve(undefined) : Promise.reject(cause)))
    const writer = await driver.writer("/a")
    const call = () => (method === "write" ? writer.write(nothing) : writer[method]())
    await expect(call()).rejects.toMatchObject({ code: "Driver", driverName: "fake", path: "/a", cause })
    await expect(call(), "a call that failed may be made again").rejects.toMatchObject({ cause })
  })

  it("of a visitor end a walk as they are", async () => {
    const { driver } = fake()
    await expect(driver.walk("/", () => Promise.reject(cause))).rejects.toBe(cause)
    await expect(driver.walk("/", () => Promise.reject(undefined))).rejects.toBe(undefined)
  })
})

describe("a writer", () => {
  const ends = { commit: ["close"], close: [], cancel: [] } as const

  it.each(["commit", "close", "cancel"] as const)("takes nothing after %s but what the contract promises", async (end) => {
    for (const next of ["write", "commit", "cancel", "close"] as const) {
      const { driver, calls } = fake()
      const writer = await driver.writer("/a")
      await writer[end]()
      calls.length = 0
      const call = next === "write" ? writer.write(nothing) : writer[next]()
      if (ends[end].some((method) => method === next)) await call
      else await expect(call).rejects.toMatchObject({ code: "Driver", path: "/a", message: expect.stringContaining(next) })
      expect(calls).toEqual(ends[end].filter((method) => method === next))
      expect(writer.size).toBe(7)
    }
  })
})

describe("redirectURL", () => {
  it("has no URL for other methods than GET and HEAD", async () => {
    const { driver, calls } = fake()
    const options: object = { method: "PUT" }
    await expect(driver.redirectURL("/a", options)).resolves.toBeUndefined()
    await expect(driver.redirectURL("bad", options)).rejects.toMatchObject({ code: "InvalidPath" })
    expect(calls).toEqual([])
    for (const method of ["GET", "HEAD"] as const) {
      await expect(driver.redirectURL("/a", { method })).resolves.toBe("https://example.org")
    }
  })
})

describe("close", () => {
  it("closes the driver behind the checks, where that can be closed", async () => {
    const closed: string[] = []
    const driver = { ...fake().unchecked, close: async () => void closed.push("closed") }
    await withArgumentChecks(driver).close?.()
    expect(closed).toEqual(["closed"])
    await expect(withArgumentChecks(fake().unchecked).close?.()).resolves.toBeUndefined()
  })

  it("boxes what goes wrong", async () => {
    const cause = new Error("the pool has ended")
    const driver = { ...fake().unchecked, close: () => Promise.reject(cause) }
    await expect(withArgumentChecks(driver).close?.()).rejects.toMatchObject({ code: "Driver", driverName: "fake", cause })
  })
})
