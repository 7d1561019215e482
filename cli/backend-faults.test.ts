import { execFileSync, spawnSync } from "node:child_process"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { bundledTargets } from "../fixtures/targets/index.ts"
import { runCommand } from "./test-command.ts"

/** What happens when the backend dies in the middle of a run; of one in a container, container.test.ts tells. */

const rules = ["--rule", "{content,reader,errors}/*", "--timeout", "2s"] as const

test.runIf(process.platform === "linux")(
  "an embedded backend that is killed makes the run inconclusive, with the end of what it printed: exit code 3",
  { timeout: 60_000 },
  async () => {
    const { code, stdout } = await runCommand(["certify", "azure", ...rules], {
      midRun: (commandId) => process.kill(azuriteOf(commandId), "SIGKILL"),
    })
    expect(stdout).toMatch(/ {2}note +the backend did not answer: Azurite has ended by SIGKILL\n/)
    expect(stdout).toMatch(/ +Its output ends with:\n +Azurite \d\S+ listens on http/)
    expect(stdout).toMatch(/: INCONCLUSIVE\n$/)
    expect(code).toBe(3)
  },
)

test("an account that goes away makes the run inconclusive: exit code 3", { timeout: 60_000 }, async () => {
  const account = await bundledTargets.azurite.start({ signal: AbortSignal.timeout(30_000) })
  const parameters = Object.entries(account.parameters).flatMap(([name, value]) => ["-p", `${name}=${value}`])
  const { code, stdout } = await runCommand(["certify", "azure", "--yes", ...parameters, ...rules], {
    midRun: () => void account.stop(),
  })
  // Which of the two is told depends on whether the driver's own tries end before the time that the backend has to answer.
  expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
    / note the backend did not answer: (.*ECONNREFUSED|nothing came back within 2000 ms)/,
  )
  expect(stdout).toMatch(/: INCONCLUSIVE\n$/)
  expect(code).toBe(3)
})

test.runIf(process.platform === "linux").each([["SIGINT"], ["SIGINT", "SIGINT"], ["SIGTERM"], ["SIGKILL"]] as const)(
  "a run that is ended by %s leaves no process and no file",
  { timeout: 60_000 },
  async (...sent) => {
    const folder = await mkdtemp(join(tmpdir(), "ended-"))
    try {
      let backend = 0
      await runCommand(["certify", "azure", ...rules], {
        env: { TMPDIR: folder },
        midRun: (commandId) => {
          backend = azuriteOf(commandId)
          for (const signal of sent) process.kill(commandId, signal)
        },
      })
      await expect.poll(() => readdir(folder), { timeout: 20_000 }).toEqual([])
      await expect.poll(() => commandOf(backend), { timeout: 20_000 }).toBe("")
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)

function commandOf(processId: number): string {
  return spawnSync("ps", ["-o", "args=", "-p", String(processId)], { encoding: "utf8" }).stdout.trim()
}

/** The process of Azurite that a run of the command has started, by way of a process of the driver's. */
function azuriteOf(commandId: number): number {
  const table = execFileSync("ps", ["axww", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
  const processes = table.split("\n").map((line) => /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [])
  const parentOf = (id: string | undefined) => processes.find(([, pid]) => pid === id)?.[2]
  const found = processes.find(
    ([, , parent, command]) => command?.includes("azurite-server") === true && parentOf(parent) === String(commandId),
  )
  if (found === undefined) throw new Error("the run has started no Azurite")
  return Number(found[1])
}
