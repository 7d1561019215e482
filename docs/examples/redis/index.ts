import { defineDriver, withArgumentChecks } from "storage-driver-conformance"
import { z } from "zod"
import { connectToRedis } from "./connection.ts"
import { driverName, RedisDriver } from "./driver.ts"
import { RedisStorage } from "./storage.ts"
import { redisServer } from "./target.ts"

/** Files in a Redis: an example of a driver over a server, which starts one for its certification. */
export default defineDriver({
  name: driverName,
  parameters: z.strictObject({
    address: z
      .string()
      .describe("URL of the server, such as redis://127.0.0.1:6379, or the path of its socket.")
      .meta({ writeOnly: true }),
  }),
  capabilities: { modTimeResolution: 2 },
  target: redisServer,
  misconfigurations: { "an address where nobody listens": () => ({ address: "/nowhere/socket" }) },
  async open({ parameters }) {
    return {
      connect: async () => withArgumentChecks(new RedisDriver(new RedisStorage(await connectToRedis(parameters.address)))),
      close: async () => {},
    }
  },
})
