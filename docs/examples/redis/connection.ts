import { createClient, RESP_TYPES } from "redis"

/**
 * A connection that gives bytes as bytes and fails at once where the server is gone: the client would keep calls waiting otherwise.
 *
 * @param address a URL such as `redis://127.0.0.1:6379`, or the path of the server's socket
 */
export async function connectToRedis(address: string) {
  const place = address.startsWith("/") ? { socket: { path: address, tls: false as const } } : { url: address }
  const client = createClient({
    ...place,
    socket: { ...("socket" in place ? place.socket : {}), reconnectStrategy: false },
    disableOfflineQueue: true,
  })
  client.on("error", () => {}) // Every call that it concerns rejects with it too.
  await client.connect()
  return client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
}
