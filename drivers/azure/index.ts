import { randomBytes, randomUUID } from "node:crypto"
import { defineDriver } from "../define.ts"
import { driverName } from "./errors.ts"
import { type AzureParameters, defaultChunkSize, defaultConcurrency, parameters } from "./parameters.ts"
import { importIdentity } from "./token-credential.ts"

const MiB = 1024 ** 2

function capabilitiesOf({ chunksize, concurrency }: Pick<AzureParameters, "chunksize" | "concurrency">) {
  return {
    redirectURL: true,
    chunkSize: chunksize,
    // The service tells times in whole seconds.
    modTimeResolution: 1_100,
    // What a writer or a reader holds, and what waits for the garbage collector beside it.
    memory: chunksize * (concurrency + 1) + 76 * MiB,
  } as const
}

/** Azure Blob Storage, over block blobs. */
export default defineDriver<AzureParameters>({
  name: driverName,
  parameters,
  capabilities: capabilitiesOf({ chunksize: defaultChunkSize, concurrency: defaultConcurrency }),
  target: "azurite",
  misconfigurations: {
    "a wrong key": (good) => ({
      ...good,
      credentials: { type: "shared_key", accountkey: randomBytes(64).toString("base64") },
    }),
    "a missing container": (good) => ({ ...good, container: `missing-${randomUUID()}` }),
  },
  async open({ parameters: given }) {
    // The SDK takes a third of a second to load, which those need not wait for who only look at this module.
    const { connect } = await import("./driver.ts")
    if (given.credentials.type !== "shared_key") await importIdentity(given.credentials.type)
    return {
      capabilities: capabilitiesOf(given),
      connect: async () => connect(given),
      close: async () => {},
    }
  },
})
