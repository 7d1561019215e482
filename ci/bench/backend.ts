import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob"
import { z } from "zod"
import { connect } from "../../drivers/azure/driver.ts"
import { type AzureParameters, parameters } from "../../drivers/azure/parameters.ts"
import type { StorageDriver } from "../../drivers/contract.ts"
import { azurite } from "../../fixtures/targets/azurite.ts"

/** One Azurite, with nothing in it yet. */
export interface Backend extends AsyncDisposable {
  readonly description: string
  /** Without delay: for what has to be there before something is measured. */
  readonly direct: Access
  /**
   * Through a proxy in a process of its own, also where nothing is delayed: what the proxy itself takes of the machine's processors is no
   * cost of a delay.
   *
   * @param delay milliseconds that every request needs to get there, and every answer to get back
   */
  delayed(delay: number): Promise<Access>
}

export interface Access {
  readonly driver: StorageDriver
  /** The SDK as it comes. */
  readonly container: ContainerClient
  readonly parameters: AzureParameters
}

const origin = z.string()

export async function startBackend(): Promise<Backend> {
  const started = await azurite.start({ signal: AbortSignal.timeout(60_000) })
  const given = parameters.parse(started.parameters)
  const direct = accessTo(given)
  const proxies: ChildProcess[] = []
  const known = new Map<number, Access>()
  return {
    description: started.description,
    direct,
    async delayed(delay) {
      const before = known.get(delay)
      if (before !== undefined) return before
      const file = fileURLToPath(new URL("delay-proxy.ts", import.meta.url))
      const proxy = fork(file, [new URL(given.serviceurl).origin, String(delay)])
      proxies.push(proxy)
      const [message] = await once(proxy, "message")
      const serviceurl = given.serviceurl.replace(new URL(given.serviceurl).origin, origin.parse(message))
      const access = accessTo({ ...given, serviceurl })
      known.set(delay, access)
      return access
    },
    async [Symbol.asyncDispose]() {
      for (const proxy of proxies) {
        proxy.disconnect()
        await once(proxy, "exit")
      }
      await started.stop()
    },
  }
}

function accessTo(given: AzureParameters): Access {
  const { accountname, credentials, container, serviceurl } = given
  if (credentials.type !== "shared_key") throw new Error("the target gives no key")
  const credential = new StorageSharedKeyCredential(accountname, credentials.accountkey)
  return {
    driver: connect(given),
    container: new ContainerClient(`${serviceurl}/${container}`, credential),
    parameters: given,
  }
}
