import { connect } from "../../drivers/azure/driver.ts"
import azure from "../../drivers/azure/index.ts"
import type { AzureParameters } from "../../drivers/azure/parameters.ts"
import { defineDriver } from "../../drivers/define.ts"
import { AzureCopies } from "../../fixtures/faults/azure-copies.ts"
import { type Fault, seededFaults } from "../../fixtures/faults/fault.ts"
import { type Exchange, HttpProxy } from "../../fixtures/faults/http-proxy.ts"
import { VirtualClock } from "../../fixtures/faults/virtual-clock.ts"

const faults: readonly Fault[] = [
  { kind: "lose-request" },
  { kind: "lose-answer" },
  { kind: "answer", status: 503, headers: { "x-ms-error-code": "ServerBusy" } },
  { kind: "answer", status: 429, headers: { "retry-after": "1" } },
  { kind: "cut", after: 3, how: "reset" },
  { kind: "cut", after: 100_000, how: "reset" },
]

/** Whoever uses a signed URL asks once, and is not the driver. */
const isOfAnother = ({ url }: Exchange): boolean => new URL(url, "http://localhost").searchParams.has("sig")

/**
 * The azure driver on a network that loses every twentieth request or answer, at a service that finishes no copy at once. It waits for
 * nothing before it tries again, and has to keep every rule all the same. Pages are small: what the driver does beyond the first is
 * reached by a few files instead of by 5,001.
 */
export default defineDriver<AzureParameters>({
  ...azure,
  name: azure.name,
  capabilities: { ...azure.capabilities, pageSize: 20 },
  async open(options) {
    const { parameters } = options
    const storage = await azure.open(options)
    const rewriting = new AzureCopies()
    rewriting.begin({ pending: 1, end: "success" })
    const seeded = seededFaults({ seed: 1, rate: 0.05, faults })
    const proxy = await HttpProxy.start({
      backend: new URL(parameters.serviceurl).origin,
      rewriting,
      choose: (exchange) => (isOfAnother(exchange) ? undefined : seeded(exchange)),
    })
    const through = { ...parameters, serviceurl: proxy.through(parameters.serviceurl), request_max_retries: 12 }
    return {
      capabilities: { ...storage.capabilities, pageSize: 20 },
      connect: async () => connect(through, { clock: new VirtualClock(), pageSize: 20 }),
      close: () => proxy[Symbol.asyncDispose](),
    }
  },
})
