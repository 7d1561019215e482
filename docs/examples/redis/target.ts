import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Target } from "storage-driver-conformance"

/** A Redis of its own for a run, in memory, at a socket in a folder of its own: two runs never meet. */
export const redisServer: Target = {
  name: "redis-server",
  provides: ["address"],
  async start({ signal }) {
    const folder = await mkdtemp(join(tmpdir(), "redis-"))
    const address = join(folder, "socket")
    const settings = ["--port", "0", "--unixsocket", address, "--dir", folder, "--save", "", "--appendonly", "no"]
    // Ends when its parent does, however that happens.
    const server = spawn("setpriv", ["--pdeathsig", "KILL", "redis-server", ...settings], { stdio: ["ignore", "pipe", "pipe"] })
    const ended = new Promise<void>((resolve) => {
      server.once("close", () => resolve()).once("error", () => resolve())
    })
    let printed = ""
    const stop = async (): Promise<void> => {
      server.kill("SIGKILL")
      await ended
      await rm(folder, { recursive: true, force: true })
    }
    try {
      while (!/ready to accept connections/i.test(printed)) {
        const [chunk] = await Promise.race([once(server.stdout, "data", { signal }), ended.then(() => [])])
        if (chunk === undefined) throw new Error(`redis-server ended before it was ready: is it installed? ${printed}`)
        printed += chunk
      }
    } catch (reason) {
      await stop()
      throw reason
    }
    server.stdout.on("data", (chunk) => {
      printed = (printed + chunk).slice(-2_000)
    })
    return {
      description: `Redis ${/Redis version=([\d.]+)/.exec(printed)?.[1]}, embedded, in memory`,
      parameters: { address },
      async healthCheck() {
        if (server.exitCode !== null || server.signalCode !== null) throw new Error("redis-server has ended")
      },
      output: () => printed,
      stop,
    }
  },
}
