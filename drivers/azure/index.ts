import { randomBytes, randomUUID } from "node:crypto"
import { defineDriver } from "../define.ts"
import { driverName } from "./errors.ts"
import { type AzureParameters, parameters } from "./parameters.ts"
import { blockSize } from "./uploads.ts"

/** Azure Blob Storage, over block blobs. */
export default defineDriver<AzureParameters>({
  name: driverName,
  parameters,
  capabilities: {
    redirectURL: true,
    chunkSize: blockSize,
    // The service tells times in whole seconds.
    modTimeResolution: 1_100,
  },
  target: "azurite",
  misconfigurations: {
    "a wrong key": (good) => ({ ...good, accountkey: randomBytes(64).toString("base64") }),
    "a missing container": (good) => ({ ...good, container: `missing-${randomUUID()}` }),
  },
  async open({ parameters: given }) {
    // The SDK takes a third of a second to load, which those need not wait for who only look at this module.
    const { connect } = await import("./driver.ts")
    return {
      connect: async () => connect(given),
      close: async () => {},
    }
  },
})
