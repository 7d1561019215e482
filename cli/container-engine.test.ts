import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type RequestListener } from "node:http"
import { createServer as createSocketServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type CommandResult, runCommand } from "./test-command.ts"

/** These need no container engine: what stands in for it is a socket of the test's. */

let folder: string
let servers: Server[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-"))
  servers = []
})

afterEach(async () => {
  for (const server of servers) server.close()
  await rm(folder, { recursive: true })
})

const socket = () => join(folder, "s")

async function listen(server: Server): Promise<void> {
  servers.push(server)
  server.listen(socket())
  await once(server, "listening")
}

function certifyInContainer(): Promise<CommandResult> {
  const env = {
    DOCKER_HOST: `unix://${socket()}`,
    // Else it is asked for the network of the container that this machine may be.
    TESTCONTAINERS_HOST_OVERRIDE: "127.0.0.1",
    AZURITE_IMAGE: "registry.example/azurite:1",
  }
  return runCommand(["certify", "azure", "--target", "container"], { env })
}

function expectOneLine({ code, stdout, stderr }: CommandResult, line: RegExp): void {
  expect(stderr).toMatch(line)
  expect(stderr.trimEnd().split("\n")).toHaveLength(1)
  expect(stdout).toBe("")
  expect(code).toBe(3)
}

describe("a container that cannot be had is told in one line, with exit code 3 and what to do", () => {
  test("no engine", async () => {
    expectOneLine(await certifyInContainer(), /^error: .*no container engine answers at unix:.* \(.*ENOENT.*\): start one there/)
  })

  test("a socket where nobody answers", async () => {
    await listen(createSocketServer(() => {}))
    expectOneLine(await certifyInContainer(), /^error: .*did not answer within 2000 ms: restart it/)
  })

  test("no image, and no registry to pull it from", async () => {
    await listen(
      createServer(engineWithoutImages((_, response) => respond(response, 500, { message: "dial tcp: no route to host" }))),
    )
    const { code, stdout, stderr } = await certifyInContainer()
    expect(stderr).toMatch(
      /^pulling registry\.example\/azurite:1\nerror: .*could not pull it \(.*no route to host.*\): .*AZURITE_IMAGE.*\n$/,
    )
    expect(stdout).toBe("")
    expect(code).toBe(3)
  })

  test("a pull that fails in its middle, having told how far it was", async () => {
    const events = [
      { status: "Downloading", id: "a", progressDetail: { current: 3 * 1024 ** 2, total: 8 * 1024 ** 2 } },
      { errorDetail: { message: "connection lost" }, error: "connection lost" },
    ]
    await listen(
      createServer(
        engineWithoutImages((_, response) => {
          response.writeHead(200, { "content-type": "application/json" })
          response.write(`${JSON.stringify(events[0])}\n`)
          setTimeout(() => {
            response.write(`${JSON.stringify(events[0])}\n`)
            response.end(`${JSON.stringify(events[1])}\n`)
          }, 1_100)
        }),
      ),
    )
    const { code, stderr } = await certifyInContainer()
    expect(stderr).toContain("pulling registry.example/azurite:1: 3 of 8 MiB\n")
    expect(stderr).toMatch(/error: .*could not pull it \(connection lost\)/)
    expect(code).toBe(3)
  })
})

type Response = Parameters<RequestListener>[1]

function respond(response: Response, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}

/** As much of the engine's interface as is asked for before a container is started. */
function engineWithoutImages(pull: RequestListener): RequestListener {
  return (request, response) => {
    const path = (request.url ?? "").replace(/^\/v[\d.]+/, "")
    if (path === "/_ping") response.end("OK")
    else if (path === "/info") respond(response, 200, { ServerVersion: "1", OperatingSystem: "a test", OSType: "linux" })
    else if (path.startsWith("/containers/json")) respond(response, 200, [])
    else if (path.startsWith("/images/create")) pull(request, response)
    else respond(response, 404, { message: "No such image" })
  }
}
