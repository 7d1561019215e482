import { text } from "node:stream/consumers"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Fault } from "../../fixtures/faults/fault.ts"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { VirtualClock } from "../../fixtures/faults/virtual-clock.ts"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { StorageDriver } from "../contract.ts"
import type { StartedTarget } from "../define.ts"
import type { StorageOptions } from "./client.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"

let started: StartedTarget
let given: AzureParameters
let driver: StorageDriver
const chunksize = 65_536
beforeAll(async () => {
  started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  given = parameters.parse({ ...started.parameters, chunksize })
  driver = connect(given)
})
afterAll(() => started.stop())

interface Faulty {
  readonly proxy: HttpProxy
  readonly faulty: StorageDriver
}

/** A driver behind a proxy of its own, which waits for nothing: where no answer comes its time is over at once. */
async function startFaulty(options: StorageOptions): Promise<Faulty & AsyncDisposable> {
  const clock = new VirtualClock()
  const proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
  proxy.onSilence = () => clock.endTimers()
  const faulty = connect({ ...given, serviceurl: proxy.through(given.serviceurl) }, { clock, ...options })
  return { proxy, faulty, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() }
}

const bytes = (content: string) => Buffer.from(content)
const large = Buffer.from(Array.from({ length: 2 * chunksize }, (_, index) => index % 251))
const get = async (path: string) => Buffer.from(await driver.getContent(path)).toString()
const missing = (path: string) => expect.objectContaining({ code: "PathNotFound", path })

/** What is done through the faults, and how it is seen afterwards that it was done, once. */
interface Operation {
  readonly prepare?: (folder: string) => Promise<unknown>
  readonly run: (faulty: StorageDriver, folder: string) => Promise<unknown>
  readonly verify: (folder: string, result: unknown) => Promise<void>
}

const operations: Readonly<Record<string, Operation>> = {
  "putContent over a file": {
    prepare: (folder) => driver.putContent(`${folder}/a`, bytes("old")),
    run: (faulty, folder) => faulty.putContent(`${folder}/a`, bytes("new")),
    verify: async (folder) => expect(await get(`${folder}/a`)).toBe("new"),
  },
  getContent: {
    prepare: (folder) => driver.putContent(`${folder}/a`, bytes("content")),
    run: (faulty, folder) => faulty.getContent(`${folder}/a`),
    verify: async (_, result) => expect(result).toEqual(new Uint8Array(bytes("content"))),
  },
  "reader from an offset": {
    prepare: (folder) => driver.putContent(`${folder}/a`, bytes("content")),
    run: async (faulty, folder) => text(await faulty.reader(`${folder}/a`, { offset: 3 })),
    verify: async (_, result) => expect(result).toBe("tent"),
  },
  "an upload of several blocks": {
    async run(faulty, folder) {
      const writer = await faulty.writer(`${folder}/a`)
      await writer.write(large)
      await writer.write(bytes("end"))
      await writer.commit()
    },
    async verify(folder) {
      const content = await driver.getContent(`${folder}/a`)
      expect(Buffer.concat([large, bytes("end")]).equals(content)).toBe(true)
    },
  },
  "an upload that is resumed": {
    async run(faulty, folder) {
      const writer = await faulty.writer(`${folder}/a`)
      await writer.write(bytes("con"))
      await writer.close()
      const resumed = await faulty.writer(`${folder}/a`, { append: true })
      expect(resumed.size).toBe(3)
      await resumed.write(bytes("tent"))
      await resumed.commit()
    },
    verify: async (folder) => expect(await get(`${folder}/a`)).toBe("content"),
  },
  "an upload that is cancelled": {
    async prepare(folder) {
      const writer = await driver.writer(`${folder}/a`)
      await writer.write(bytes("content"))
      await writer.close()
    },
    run: async (faulty, folder) => (await faulty.writer(`${folder}/a`, { append: true })).cancel(),
    verify: async (folder) => expect(driver.writer(`${folder}/a`, { append: true })).rejects.toEqual(missing(`${folder}/a`)),
  },
  "stat of a directory": {
    prepare: (folder) => driver.putContent(`${folder}/a`, bytes("content")),
    run: (faulty, folder) => faulty.stat(folder),
    verify: async (_, result) => expect(result).toMatchObject({ isDirectory: true }),
  },
  list: {
    prepare: (folder) => driver.putContent(`${folder}/a`, bytes("content")),
    run: (faulty, folder) => faulty.list(folder),
    verify: async (folder, result) => expect(result).toEqual([`${folder}/a`]),
  },
  "walk, in pages that are too small": {
    prepare: (folder) => Promise.all(["a/b", "a/c", "d"].map((name) => driver.putContent(`${folder}/${name}`, bytes("x")))),
    async run(faulty, folder) {
      const visited: string[] = []
      await faulty.walk(folder, ({ path }) => void visited.push(path.slice(folder.length)))
      return visited
    },
    verify: async (_, result) => expect(result).toEqual(["/a", "/a/b", "/a/c", "/d"]),
  },
  move: {
    prepare: (folder) => driver.putContent(`${folder}/a`, bytes("content")),
    run: (faulty, folder) => faulty.move(`${folder}/a`, `${folder}/b`),
    async verify(folder) {
      expect(await get(`${folder}/b`)).toBe("content")
      await expect(driver.stat(`${folder}/a`)).rejects.toEqual(missing(`${folder}/a`))
    },
  },
  "move over a file": {
    prepare: (folder) =>
      Promise.all([driver.putContent(`${folder}/a`, bytes("content")), driver.putContent(`${folder}/b`, bytes("old"))]),
    run: (faulty, folder) => faulty.move(`${folder}/a`, `${folder}/b`),
    async verify(folder) {
      expect(await get(`${folder}/b`)).toBe("content")
      await expect(driver.stat(`${folder}/a`)).rejects.toEqual(missing(`${folder}/a`))
    },
  },
  "delete of a file": {
    prepare: (folder) => driver.putContent(`${folder}/a`, bytes("content")),
    run: (faulty, folder) => faulty.delete(`${folder}/a`),
    verify: async (folder) => expect(driver.stat(`${folder}/a`)).rejects.toEqual(missing(`${folder}/a`)),
  },
  "delete of a directory": {
    prepare: (folder) => Promise.all(["a", "b/c"].map((name) => driver.putContent(`${folder}/${name}`, bytes("x")))),
    run: (faulty, folder) => faulty.delete(folder),
    verify: async (folder) => expect(driver.stat(folder)).rejects.toEqual(missing(folder)),
  },
}

const faults: readonly Fault[] = [
  { kind: "lose-request" },
  { kind: "lose-answer" },
  { kind: "swallow-answer" },
  { kind: "answer", status: 429, headers: { "retry-after": "1" } },
  { kind: "cut", after: 3, how: "reset" },
]

describe.concurrent("whichever request meets a fault, the outcome is the same:", () => {
  it.each(Object.entries(operations))("%s", { timeout: 60_000 }, async (name, { prepare, run, verify }) => {
    await using behindProxy = await startFaulty({ pageSize: 2 })
    const { proxy, faulty } = behindProxy
    let runs = 0
    /** @returns the methods of the requests that were made */
    const performWith = async (fault: Fault | undefined, broken: number): Promise<readonly string[]> => {
      const folder = `/${name.replaceAll(/[^A-Za-z]+/g, "-")}/${runs++}`
      await prepare?.(folder)
      const first = proxy.exchanges.length
      let isMet = false
      proxy.choose = ({ number }) => {
        if (isMet || number < first + broken) return undefined
        isMet = true
        return fault
      }
      await verify(folder, await run(faulty, folder))
      expect(isMet).toBe(true)
      return proxy.exchanges.slice(first).map(({ method }) => method)
    }
    for (const [number, method] of (await performWith(undefined, 0)).entries()) {
      const hasContent = method === "GET" || method === "POST"
      for (const fault of faults) if (fault.kind !== "cut" || hasContent) await performWith(fault, number)
    }
  })
})

describe("a service that throttles for good, or is silent,", () => {
  it.each([
    [{ kind: "answer", status: 503, headers: { "x-ms-error-code": "ServerBusy" } }, /503 ServerBusy.*\(tried 5 times\)/],
    [{ kind: "answer", status: 429 }, /429.*\(tried 5 times\)/],
    [{ kind: "swallow-request" }, /did not answer within \d+ s \(tried 2 times\)/],
  ] as const)("is an error of its own: %j", async (fault, message) => {
    await using behindProxy = await startFaulty({})
    const { proxy, faulty } = behindProxy
    proxy.choose = () => fault
    for (const call of [
      () => faulty.getContent("/a"),
      () => faulty.stat("/a"),
      () => faulty.list("/a"),
      () => faulty.delete("/a"),
      () => faulty.move("/a", "/b"),
      () => faulty.putContent("/a", bytes("x")),
      () => faulty.writer("/a"),
      () => faulty.walk("/a", () => {}),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "Driver", message: expect.stringMatching(message) })
    }
  })
})
