import { afterAll, beforeAll, expect, it } from "vitest"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { FileWriter, StorageDriver } from "../contract.ts"
import type { StartedTarget } from "../define.ts"
import { connect } from "./driver.ts"
import { inParallel } from "./parallel.ts"
import { parameters } from "./parameters.ts"
import { requestCounts } from "./request-counts.ts"

let started: StartedTarget
let proxy: HttpProxy
/** Seen by the proxy, and not. */
let driver: StorageDriver
let unseen: StorageDriver
const chunksize = 65_536
beforeAll(async () => {
  started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  const given = parameters.parse({ ...started.parameters, chunksize })
  proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
  driver = connect({ ...given, serviceurl: proxy.through(given.serviceurl) })
  unseen = connect(given)
  await inParallel(Array(300).keys(), 16, (file) => unseen.putContent(`/tree/${file % 7}/${file}`, bytes(1)))
}, 30_000)
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await started.stop()
})

const bytes = (length: number) => Buffer.alloc(length, 1)
const missing = async (call: Promise<unknown>) => expect(call).rejects.toMatchObject({ code: "PathNotFound" })

async function requestsOf(run: () => Promise<unknown>): Promise<number> {
  const before = proxy.exchanges.length
  await run()
  return proxy.exchanges.length - before
}

async function pending(path: string, length: number): Promise<void> {
  const writer = await unseen.writer(path)
  await writer.write(bytes(length))
  await writer.close()
}

const resumed = (path: string): Promise<FileWriter> => driver.writer(path, { append: true })

async function read(path: string): Promise<void> {
  for await (const _ of await driver.reader(path));
}

/** Gives how many requests were made, and so many times is the unit of what is listed. */
type Operation = () => Promise<number>

const operations: Readonly<Record<keyof typeof requestCounts, Operation>> = {
  "getContent of a file up to 2 × chunksize": async () => {
    await unseen.putContent("/file", bytes(2 * chunksize))
    return requestsOf(() => driver.getContent("/file"))
  },
  "getContent of an empty file": async () => {
    await unseen.putContent("/empty", bytes(0))
    return requestsOf(() => driver.getContent("/empty"))
  },
  "getContent of a missing file": () => requestsOf(() => missing(driver.getContent("/missing"))),
  "putContent of up to 5,000 MiB": () => requestsOf(() => driver.putContent("/put", bytes(5 * chunksize))),
  "reader, opened": async () => {
    await unseen.putContent("/opened", bytes(3 * chunksize))
    return requestsOf(async () => (await driver.reader("/opened")).destroy())
  },
  "reader, read to the end, for each 2 × chunksize of the file": async () => {
    await unseen.putContent("/read", bytes(6 * chunksize))
    return (await requestsOf(() => read("/read"))) / 3
  },
  "writer, to begin an upload": () => requestsOf(() => driver.writer("/begun")),
  "writer, to begin an upload over a file": () => requestsOf(() => driver.writer("/file")),
  "writer, to resume an upload": async () => {
    await pending("/resumed", 5)
    return requestsOf(() => resumed("/resumed"))
  },
  "write, for each chunksize": async () => {
    const writer = await driver.writer("/written")
    const count = await requestsOf(async () => {
      await writer.write(bytes(6 * chunksize))
      await writer.close()
    })
    return count / 6
  },
  "close, with an incomplete block": async () => {
    const writer = await driver.writer("/closed")
    await writer.write(bytes(5))
    return requestsOf(() => writer.close())
  },
  "close, with nothing new": async () => {
    await pending("/looked-at", 5)
    const writer = await resumed("/looked-at")
    return requestsOf(() => writer.close())
  },
  cancel: async () => {
    await pending("/cancelled", 5)
    const writer = await resumed("/cancelled")
    return requestsOf(() => writer.cancel())
  },
  "commit, of an upload shorter than chunksize": async () => {
    const writer = await driver.writer("/short")
    await writer.write(bytes(5))
    return requestsOf(() => writer.commit())
  },
  "commit, with an incomplete block": async () => {
    await pending("/committed", chunksize)
    const writer = await resumed("/committed")
    await writer.write(bytes(5))
    return requestsOf(() => writer.commit())
  },
  "commit, with nothing new": async () => {
    await pending("/resumed-and-committed", 5)
    const writer = await resumed("/resumed-and-committed")
    return requestsOf(() => writer.commit())
  },
  "stat of a file": () => requestsOf(() => driver.stat("/tree/0/0")),
  "stat of a directory": () => requestsOf(() => driver.stat("/tree")),
  "stat of something missing": () => requestsOf(() => missing(driver.stat("/missing"))),
  "stat of the root": () => requestsOf(() => driver.stat("/")),
  "list, for each 5,000 entries": () => requestsOf(() => driver.list("/tree/0")),
  "move, where nothing is at the destination": async () => {
    await unseen.putContent("/moved", bytes(5))
    return requestsOf(() => driver.move("/moved", "/moved-to"))
  },
  "move over a file, up to 64 MiB": async () => {
    await unseen.putContent("/moved", bytes(5))
    return requestsOf(() => driver.move("/moved", "/moved-to"))
  },
  "move onto itself": () => requestsOf(() => driver.move("/moved-to", "/moved-to")),
  "delete of a file": async () => {
    await unseen.putContent("/deleted", bytes(5))
    return requestsOf(() => driver.delete("/deleted"))
  },
  "redirectURL, signed with the account key": () => requestsOf(() => driver.redirectURL("/file")),
  "walk of a directory with up to 5,000 files below it": () => requestsOf(() => driver.walk("/tree", () => {})),
  // These three together: two looks at the path itself, one page, and two batches of the 300 files.
  "delete of a directory, beside that": async () => (await deletion) - 3,
  "delete of a directory, for each 5,000 files": async () => (await deletion) - 4,
  "delete of a directory, for each 256 files beside that": async () => ((await deletion) - 3) / 2,
}

let deletion: Promise<number>

it("makes as many requests as are listed", async () => {
  const counted: [string, number][] = []
  for (const [name, count] of Object.entries(operations)) {
    if (name.startsWith("delete of a directory")) deletion ??= requestsOf(() => driver.delete("/tree"))
    counted.push([name, await count()])
  }
  expect(Object.fromEntries(counted)).toEqual(requestCounts)
})
