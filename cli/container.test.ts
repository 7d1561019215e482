import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { connect, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import { type ContainerEngine, connectToEngine } from "../fixtures/targets/container-engine.ts"
import { hostContainers } from "../fixtures/targets/owned-containers.ts"
import { whyNoContainers } from "../fixtures/targets/test-engine.ts"
import { type CommandOptions, runCommand } from "./test-command.ts"

const unavailable = await whyNoContainers()

describe("certify --target container", { timeout: 120_000 }, () => {
  let engine: ContainerEngine

  beforeEach(async ({ skip }) => {
    skip(unavailable !== false, String(unavailable))
    engine = await connectToEngine()
  })

  const certify = (rules: string, options: CommandOptions = {}) =>
    runCommand(["certify", "azure", "--target", "container", "--timeout", "2s", "--rule", rules], options)

  /** Ids of the containers that a run of the command has started: the process that owns one is a child of the command's. */
  async function containersOf(commandId: number): Promise<readonly string[]> {
    const containers = await hostContainers(engine)
    return containers.flatMap(({ Id, Labels }) => {
      const owner = Number.parseInt(Labels["storage-driver-conformance.process"] ?? "", 10)
      return parentOf(owner) === commandId ? [Id] : []
    })
  }

  const exists = async (id: string) => (await hostContainers(engine)).some(({ Id }) => Id === id)

  /** Runs the command, does something to its container under way, and gives what came of both. */
  async function during(action: (containerId: string, commandId: number) => Promise<void> | void, options: CommandOptions = {}) {
    let acted: Promise<string> | undefined
    const act = async (commandId: number): Promise<string> => {
      const [id] = await containersOf(commandId)
      if (id === undefined) throw new Error("the run has no container")
      await action(id, commandId)
      return id
    }
    const result = await certify("{content,reader}/*", {
      ...options,
      midRun: (commandId) => {
        acted = act(commandId)
      },
    })
    return { ...result, containerId: (await acted) ?? "none" }
  }

  test("runs on it, says so, and leaves nothing", async () => {
    const { code, stdout, stderr, containerId } = await during(() => {})
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
      /backend Azurite \d\S+ in a container, in memory \(\S+, container engine \S+\)/,
    )
    expect(stdout).not.toContain("  note ")
    expect(stderr).not.toContain("leftover")
    expect(code).toBe(0)
    expect(await exists(containerId)).toBe(false)
  })

  test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("leaves nothing after %s", async (signal) => {
    const { code, containerId } = await during((_, commandId) => void process.kill(commandId, signal))
    expect(code).toBe(signal === "SIGKILL" ? null : 3)
    await expect.poll(() => exists(containerId), { timeout: 30_000 }).toBe(false)
  })

  test("leaves nothing after a second Ctrl-C, which ends the command at once", async () => {
    const { code, containerId } = await during(async (_, commandId) => {
      process.kill(commandId, "SIGINT")
      await new Promise((resolve) => setImmediate(resolve))
      process.kill(commandId, "SIGINT")
    })
    expect(code).toBe(3)
    await expect.poll(() => exists(containerId), { timeout: 30_000 }).toBe(false)
  })

  test.each([
    ["is killed", "has ended with exit code 137", (id: string) => engine.container.getById(id).kill()],
    ["is removed", "was removed", (id: string) => engine.container.getById(id).remove({ force: true })],
    ["is restarted", "was restarted", (id: string) => engine.container.getById(id).restart({ t: 0 })],
    ["is paused", "is paused", (id: string) => engine.container.getById(id).pause()],
  ] as const)("is inconclusive when the container %s, with the end of its log: exit code 3", async (_, sentence, harm) => {
    const { code, stdout, containerId } = await during(async (id) => void (await harm(id)))
    const text = stdout.replaceAll(/\s+/g, " ")
    expect(text).toContain("INCONCLUSIVE")
    expect(text).toContain(sentence)
    expect(text).toContain("Azurite Blob service is successfully listening")
    expect(code).toBe(3)
    expect(await exists(containerId)).toBe(false)
  })

  test("is inconclusive when the engine goes away, and its containers with it", async ({ skip }) => {
    const { pathname, protocol } = new URL(process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock")
    skip(protocol !== "unix:", "the engine is not at a socket of this machine")
    const proxy = await socketProxy(pathname)
    try {
      const harm = async (id: string): Promise<void> => {
        proxy.cut()
        await engine.container.getById(id).kill()
      }
      const { code, stdout, stderr, containerId } = await during(harm, { env: { DOCKER_HOST: `unix://${proxy.socket}` } })
      expect(stdout.replaceAll(/\s+/g, " ")).toContain("the container engine does not answer any more")
      expect(stdout).toContain("INCONCLUSIVE")
      expect(code).toBe(3)
      expect(stderr).toMatch(/^the target could not be stopped: /m)
      await engine.container.getById(containerId).remove({ force: true, v: true })
    } finally {
      await proxy.close()
    }
  })

  test("leaves with --keep what the next run with it finds, until clean", async () => {
    const keep = () => runCommand(["certify", "azure", "--target", "container", "--keep", "--rule", "content/round-trip"])
    const before = (await hostContainers(engine)).map(({ Id }) => Id)
    const added = async () => (await hostContainers(engine)).filter(({ Id, Labels }) => isKept(Labels) && !before.includes(Id))
    const [first, second] = [await keep(), await keep()]
    expect([first.code, second.code]).toEqual([0, 0])
    expect(first.stdout).toContain("in a container that is kept")
    expect(await added()).toHaveLength(1)
    const { code, stdout } = await runCommand(["clean"])
    expect(stdout).toMatch(/^removed \d+ containers? that --keep had left and \d+ of runs that were killed\n$/)
    expect(code).toBe(0)
    expect(await added()).toHaveLength(0)
  })
})

function isKept(labels: Readonly<Record<string, string>>): boolean {
  return labels["storage-driver-conformance.kept"] === "true"
}

/** Undefined where there is no such process. */
function parentOf(processId: number): number | undefined {
  try {
    return Number(execFileSync("ps", ["-o", "ppid=", "-p", String(processId)], { encoding: "utf8" }))
  } catch {
    return undefined
  }
}

/** Another socket for what listens on one, until it is cut. */
async function socketProxy(target: string) {
  const folder = await mkdtemp(join(tmpdir(), "engine-"))
  const socket = join(folder, "s")
  const connections = new Set<Socket>()
  const server = createServer((incoming) => {
    const outgoing = connect(target)
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      connections.add(one)
      one.pipe(other)
      one.on("error", () => other.destroy())
      one.on("close", () => other.destroy())
    }
  })
  server.listen(socket)
  await once(server, "listening")
  const cut = (): void => {
    server.close()
    for (const connection of connections) connection.destroy()
  }
  return {
    socket,
    cut,
    close: async () => {
      cut()
      await rm(folder, { recursive: true })
    },
  }
}
