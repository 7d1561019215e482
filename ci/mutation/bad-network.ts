import { connect } from "../../drivers/azure/driver.ts"
import azure from "../../drivers/azure/index.ts"
import type { AzureParameters } from "../../drivers/azure/parameters.ts"
import { type DriverModule, defineDriver } from "../../drivers/define.ts"
import { AzureCopies, type CopyCourse } from "../../fixtures/faults/azure-copies.ts"
import { type Fault, seededFaults } from "../../fixtures/faults/fault.ts"
import { type Exchange, HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { VirtualClock } from "../../fixtures/faults/virtual-clock.ts"

/** Nothing is done, or the answer to a read breaks off. */
const nothingDone: readonly Fault[] = [
  { kind: "lose-request" },
  { kind: "answer", status: 503, headers: { "x-ms-error-code": "ServerBusy" } },
  { kind: "answer", status: 429, headers: { "retry-after": "1" } },
  { kind: "cut", after: 3, how: "reset" },
  { kind: "cut", after: 100_000, how: "reset" },
]

const pageSize = 20

/** Whoever uses a signed URL asks once, and is not the driver; and only what is read has a body that breaks off. */
function spares({ url, method }: Exchange, fault: Fault | undefined): boolean {
  return new URL(url, "http://localhost").searchParams.has("sig") || (fault?.kind === "cut" && method !== "GET")
}

interface Network {
  readonly faults: readonly Fault[]
  /** Of the requests, how many meet one. */
  readonly rate: number
  /** Undefined: at once. */
  readonly copies?: CopyCourse
}

/**
 * The azure driver where requests meet faults. It waits for nothing before it tries again, and has to keep every rule
 * all the same. Pages are small: what the driver does beyond the first is reached by a few files instead of by 5,001.
 */
function through({ faults, rate, copies }: Network): DriverModule<AzureParameters> {
  return defineDriver<AzureParameters>({
    ...azure,
    capabilities: { ...azure.capabilities, pageSize },
    async open(options) {
      const { parameters } = options
      const storage = await azure.open(options)
      const rewriting = new AzureCopies()
      rewriting.begin(copies)
      const seeded = seededFaults({ seed: 1, rate, faults })
      const proxy = await HttpProxy.start({
        backend: new URL(parameters.serviceurl).origin,
        rewriting,
        choose: async (exchange) => {
          const fault = await seeded(exchange)
          return spares(exchange, fault) ? undefined : fault
        },
      })
      const behind = { ...parameters, serviceurl: proxy.through(parameters.serviceurl), request_max_retries: 12 }
      return {
        capabilities: { ...storage.capabilities, pageSize },
        connect: async () => connect(behind, { clock: new VirtualClock(), pageSize }),
        close: () => proxy[Symbol.asyncDispose](),
      }
    },
  })
}

/**
 * For several clients at once. What is sent again for want of an answer is done twice, and a copy that takes a while leaves nothing at
 * its destination until it is over: no order of the calls explains what the others see then, and no driver can help that.
 */
export const busyService = through({ faults: nothingDone, rate: 0.05 })

/** For one client. Most is to be seen where something was done and its answer lost. */
export default through({
  faults: [...nothingDone, ...nothingDone.map((): Fault => ({ kind: "lose-answer" }))],
  rate: 0.1,
  copies: { pending: 1, end: "success" },
})
