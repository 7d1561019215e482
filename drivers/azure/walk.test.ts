import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { FileInfo, StorageDriver, WalkOptions, WalkStep } from "../contract.ts"
import type { StartedTarget } from "../define.ts"
import { walkByListing } from "../walk.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"

let started: StartedTarget
let given: AzureParameters
let driver: StorageDriver
let proxy: HttpProxy
/** Names whose order as names of blobs differs from that of a walk. */
const names = ["a/b-c/d", "a/b/c", "a-b", "a.b/c", "a/b.c", "a0", "ab/c/d/e", "b/..", "b/.x", "B/z", "c"]
beforeAll(async () => {
  started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  given = parameters.parse(started.parameters)
  driver = connect(given)
  proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin })
  for (const name of names) await driver.putContent(`/w/${name}`, Buffer.from(name))
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await started.stop()
})

const through = (pageSize: number) => connect({ ...given, serviceurl: proxy.through(given.serviceurl) }, { pageSize })

async function walked(
  walk: (visit: (info: FileInfo) => WalkStep | undefined) => Promise<void>,
  step: (path: string) => WalkStep | undefined = () => undefined,
): Promise<readonly string[]> {
  const visited: string[] = []
  await walk(({ path, size, isDirectory }) => {
    visited.push(`${path} ${isDirectory ? "directory" : size}`)
    return step(path)
  })
  return visited
}

describe("a walk, whatever the size of a page,", () => {
  const cases: readonly WalkOptions[] = [
    {},
    ...["/w/a", "/w/a/b", "/w/a/b-c", "/w/a/b/zzz", "/w/a-b", "/w/ab/c/d", "/w/zzz", "/w/A"].map((startAfter) => ({
      startAfter,
    })),
  ]
  it.each(cases)("gives the same as one by list and stat: %j", async (options) => {
    const expected = await walked((visit) => walkByListing(driver, "/w", visit, options))
    for (const pageSize of [1, 2, 5, 5_000]) {
      const instance = connect(given, { pageSize })
      expect(await walked((visit) => instance.walk("/w", visit, options)), `pages of ${pageSize}`).toEqual(expected)
    }
  })

  it.each([1, 3, 5_000])("skips and stops as its visitor says: pages of %i", async (pageSize) => {
    const step = (path: string): WalkStep | undefined => {
      if (path === "/w/a.b" || path === "/w/ab/c") return "skip-directory"
      return path === "/w/b/.." ? "stop" : undefined
    }
    const expected = await walked((visit) => walkByListing(driver, "/w", visit), step)
    expect(await walked((visit) => connect(given, { pageSize }).walk("/w", visit), step)).toEqual(expected)
    expect(expected.at(-1)).toBe("/w/b/.. 4")
  })
})

describe("the requests of a walk", () => {
  const requestsOf = async (run: () => Promise<void>) => {
    const before = proxy.exchanges.length
    await run()
    return proxy.exchanges.length - before
  }

  it("are one where all fits into a page, however deep", async () => {
    expect(await requestsOf(() => through(names.length).walk("/w", () => {}))).toBe(1)
  })

  it("are no more for what is skipped than one of its directory", async () => {
    const all = await requestsOf(() => through(2).walk("/w", () => {}))
    const none = await requestsOf(() => through(2).walk("/w", ({ isDirectory }) => (isDirectory ? "skip-directory" : undefined)))
    // One page that shows that there are more, and those of the direct descendants.
    expect(none).toBeLessThanOrEqual(1 + Math.ceil(11 / 2))
    expect(all).toBeGreaterThan(none)
  })
})

it("reports a file and what is below its name too", async () => {
  for (const name of ["x", "x-y", "x/y"]) await driver.putContent(`/both/${name}`, Buffer.from(name))
  for (const pageSize of [1, 2, 5_000]) {
    const instance = connect(given, { pageSize })
    const visited = await walked((visit) => instance.walk("/both", visit))
    expect(visited, `pages of ${pageSize}`).toEqual(["/both/x 1", "/both/x/y 3", "/both/x-y 3"])
  }
})

it("what the visitor throws ends the walk as it is", async () => {
  const reason = new Error("mine")
  await expect(driver.walk("/w", () => Promise.reject(reason))).rejects.toBe(reason)
  await expect(driver.walk("/nowhere", () => {})).rejects.toMatchObject({ code: "PathNotFound", path: "/nowhere" })
})
