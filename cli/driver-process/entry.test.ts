import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterEach, expect, test, vi } from "vitest"
import { DriverProcessClient } from "./client.ts"

let folder: string | undefined
afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

/** A driver module whose target takes several heartbeats to stop, and then says so in a file. */
function slowlyStopped(said: string): string {
  return `
    import { writeFile } from "node:fs/promises"
    import { setTimeout as passes } from "node:timers/promises"
    import { defineDriver } from "${new URL("../../drivers/define.ts", import.meta.url).href}"

    const stop = async () => {
      await passes(1_000)
      await writeFile(${JSON.stringify(said)}, "stopped")
    }
    export default defineDriver({
      name: "slowly-stopped",
      target: {
        name: "a target",
        provides: [],
        start: async () => ({ description: "a target", parameters: {}, stop }),
      },
      open: async () => ({ connect: async () => { throw new Error("there is no storage") }, close: async () => {} }),
    })`
}

test("a process whose command has ended stops its target, however long that takes, and ends", async () => {
  folder = await mkdtemp(join(tmpdir(), "entry-test-"))
  const said = join(folder, "said")
  const file = join(folder, "driver.mjs")
  await writeFile(file, slowlyStopped(said))
  const client = new DriverProcessClient({ blockedAfter: 10_000 })
  try {
    await client.request("load", { url: pathToFileURL(file).href, reference: "driver.mjs" })
    await client.request("startTarget", { kind: "embedded", keep: false, bytes: 0 })
    client.abandon()
    await vi.waitUntil(() => client.lost, { timeout: 15_000 })
    expect(await readFile(said, "utf8")).toBe("stopped")
  } finally {
    client.kill()
  }
})
