import { defineDriver } from "storage-driver-conformance"
import { z } from "zod"
import { connectToRedis } from "./connection.ts"
import { RedisDriver } from "./driver.ts"
import { RedisStorage } from "./storage.ts"
import { redisServer } from "./target.ts"

/** Files in a Redis: an example of a driver over a server, which starts one for its certification. */
export default defineDriver({
  name: "redis",
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
    const connect = async () => new RedisDriver(new RedisStorage(await connectToRedis(parameters.address)))
    return { connect, close: async () => {} }
  },
})
