import { fork } from "node:child_process"
import { once } from "node:events"
import { loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { z } from "zod"
import { startBackend } from "./backend.ts"
import type { Figure } from "./report.ts"

const bytes = z.number()

/** Memory at its peak above that of the idle process, while a GiB is uploaded and while it is read. */
export async function* measureMemory(): AsyncGenerator<Figure> {
  await using backend = await startBackend()
  for (const operation of ["upload", "read"]) {
    const child = fork(fileURLToPath(new URL("transfer.ts", import.meta.url)), [operation], {
      env: { ...process.env, PARAMETERS: JSON.stringify(backend.direct.parameters) },
    })
    const [message] = await once(child, "message")
    child.disconnect()
    const value = `${Math.round(bytes.parse(message) / 1024 ** 2)} MiB`
    yield { of: `${operation} 1 GiB`, measure: "peak memory", value, load: loadavg()[0] ?? Number.NaN }
  }
}
