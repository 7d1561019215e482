import { spawnSync } from "node:child_process"
import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { runCommand } from "../cli/test-command.ts"

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0

test("the target of the example over Redis has less than sixty lines", async () => {
  const target = await readFile("docs/examples/redis/target.ts", "utf8")
  expect(target.trimEnd().split("\n").length).toBeLessThan(60)
})

test("the example over Redis starts its own server, and keeps the rules", async ({ skip }) => {
  skip(!hasRedis, "redis-server is not installed")
  const { code, stdout } = await runCommand(["certify", "docs/examples/redis/index.ts", "--rule", "{content,move,list}/*"])
  expect(stdout).toMatch(/ backend +Redis \d+\.\d+\.\d+, embedded, in memory\n/)
  expect(stdout).toMatch(/: CONFORMANT\n$/)
  expect(code).toBe(0)
})
