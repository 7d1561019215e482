import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { StorageDriver } from "../contract.ts"
import type { StartedTarget } from "../define.ts"
import { openStorage, type Storage } from "./client.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"

let started: StartedTarget
let given: AzureParameters
let storage: Storage
let driver: StorageDriver
beforeAll(async () => {
  started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  given = parameters.parse(started.parameters)
  storage = openStorage(given)
  driver = connect(given)
})
afterAll(() => started.stop())

const put = (path: string) => driver.putContent(path, Buffer.from(path))
const missing = (path: string) => expect.objectContaining({ code: "PathNotFound", path })

async function tree(folder: string, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index).values()
  const work = async () => {
    for (const number of numbers) await put(`${folder}/${number % 9}/${number}`)
  }
  await Promise.all(Array.from({ length: 8 }, work))
}

describe("the delete of a directory", () => {
  it("takes several batches and pages, and leaves nothing and none beside it", async () => {
    await tree("/batches", 290)
    await put("/batches-beside/file")
    await connect(given, { pageSize: 270 }).delete("/batches")
    await expect(driver.stat("/batches")).rejects.toEqual(missing("/batches"))
    expect(await driver.list("/batches-beside")).toEqual(["/batches-beside/file"])
  })

  it("names what is left, and why, and deletes the rest", async () => {
    await tree("/partly", 30)
    const leased = ["/partly/0/0", "/partly/1/1", "/partly/2/2", "/partly/3/3", "/partly/4/4", "/partly/5/5"]
    const leases = leased.map((path) => storage.blob(path).getBlobLeaseClient())
    for (const lease of leases) await lease.acquireLease(-1)
    await expect(driver.delete("/partly")).rejects.toMatchObject({
      code: "Driver",
      path: "/partly",
      message: expect.stringMatching(
        /^azure: delete \/partly: 6 files are left: \/partly\/0\/0 \(412 LeaseIdMissing\), .* and 1 more$/,
      ),
    })
    const left: string[] = []
    await driver.walk("/partly", ({ path, isDirectory }) => void (isDirectory || left.push(path)))
    expect(left).toEqual(leased)
    for (const lease of leases) await lease.releaseLease()
    await driver.delete("/partly")
    await expect(driver.stat("/partly")).rejects.toEqual(missing("/partly"))
  })

  it("is complete while others delete the same, and what is gone meanwhile is no error", async () => {
    await tree("/raced", 300)
    await using proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
    let isRaced = false
    proxy.choose = async ({ method }) => {
      if (method !== "POST" || isRaced) return undefined
      isRaced = true
      await Promise.all([driver.delete("/raced/1"), driver.delete("/raced/2/2")])
      return undefined
    }
    await connect({ ...given, serviceurl: proxy.through(given.serviceurl) }).delete("/raced")
    expect(isRaced).toBe(true)
    await expect(driver.stat("/raced")).rejects.toEqual(missing("/raced"))
  })

  it("deletes by itself what the answer to a batch does not tell of", async () => {
    await tree("/untold", 9)
    const lease = storage.blob("/untold/0/0").getBlobLeaseClient()
    await lease.acquireLease(-1)
    await using proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
    const anonymous = (text: string) => text.replaceAll(/^Content-ID: .*\r\n/gim, "")
    proxy.rewriting = { body: ({ method }) => (method === "POST" ? anonymous : undefined) }
    const deleting = connect({ ...given, serviceurl: proxy.through(given.serviceurl) })
    await expect(deleting.delete("/untold")).rejects.toMatchObject({
      message: "azure: delete /untold: 1 file is left: /untold/0/0 (412 LeaseIdMissing)",
    })
    await lease.releaseLease()
    await deleting.delete("/untold")
    await expect(driver.stat("/untold")).rejects.toEqual(missing("/untold"))
  })
})
