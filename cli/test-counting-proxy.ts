import { once } from "node:events"
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"

/** A proxy in front of a service that counts what passes. */
export async function countingProxy(serviceurl: string) {
  const service = new URL(serviceurl)
  const counted = { requests: 0, bytesWritten: 0, bytesRead: 0 }
  const server = createServer((incoming, response) => {
    const { url, method, headers } = incoming
    counted.requests++
    const outgoing = request({ host: service.hostname, port: service.port, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.on("data", (chunk: Buffer) => {
        counted.bytesRead += chunk.byteLength
      })
      answer.pipe(response)
    })
    outgoing.on("error", () => response.destroy())
    response.on("close", () => outgoing.destroy())
    incoming.on("data", (chunk: Buffer) => {
      counted.bytesWritten += chunk.byteLength
    })
    incoming.pipe(outgoing)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  return {
    serviceurl: `http://127.0.0.1:${port}${service.pathname}`,
    counted,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
