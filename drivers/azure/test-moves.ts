import { afterAll, beforeEach, expect } from "vitest"
import { AzureCopies, type CopyRequest } from "../../fixtures/faults/azure-copies.ts"
import { HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { VirtualClock } from "../../fixtures/faults/virtual-clock.ts"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { StorageDriver } from "../contract.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"

export interface Polling {
  readonly maxRetry: number
  /** Milliseconds. */
  readonly delay: number
}

export const missing: unknown = expect.objectContaining({ code: "PathNotFound" })
export const failure = (message: RegExp): object => ({
  code: "Driver",
  path: "/source",
  message: expect.stringMatching(message),
})

/** A service whose copies end as is wanted, for the tests of one file; before each of them all copies succeed at once. */
export interface TestMoves {
  readonly given: AzureParameters
  /** Behind the proxy's back. */
  readonly driver: StorageDriver
  readonly proxy: HttpProxy
  readonly copies: AzureCopies
  /** An instance that sees the copies as they are wanted, and waits for nothing. */
  throughProxy(polling?: Polling, clock?: VirtualClock): StorageDriver
  put(path: string, content: string): Promise<void>
  get(path: string, from?: StorageDriver): Promise<string>
  /** Does something whenever this is asked of the service. */
  during(request: CopyRequest | "poll", action: () => unknown): void
}

export async function openTestMoves(): Promise<TestMoves> {
  const started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  const given = parameters.parse(started.parameters)
  const driver = connect(given)
  const copies = new AzureCopies()
  const proxy = await HttpProxy.start({ backend: new URL(given.serviceurl).origin, rewriting: copies })
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]()
    await started.stop()
  })
  beforeEach(() => {
    copies.begin()
    proxy.choose = () => undefined
  })
  return {
    given,
    driver,
    proxy,
    copies,
    throughProxy({ maxRetry, delay } = { maxRetry: 5, delay: 100 }, clock = new VirtualClock()) {
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
    },
    put: (path, content) => driver.putContent(path, Buffer.from(content)),
    get: async (path, from = driver) => Buffer.from(await from.getContent(path)).toString(),
    during(request, action) {
      proxy.choose = async ({ method, url, headers }) => {
        const isCopy = method === "PUT" && headers["x-ms-copy-source"] !== undefined
        const isBlock = url.includes("comp=block&") || url.endsWith("comp=block")
        const isPoll = method === "HEAD" && copies.log.includes("copy") && url.includes("destination")
        const is = { copy: isCopy && !isBlock, "stage-from-url": isCopy && isBlock, poll: isPoll }
        if (Object.entries(is).some(([name, holds]) => holds && name === request)) await action()
        return undefined
      }
    },
  }
}
