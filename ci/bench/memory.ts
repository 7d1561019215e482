import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { z } from "zod"
import { startBackend } from "./backend.ts"

const bytes = z.number()

/** Bytes of memory at their peak above those of the idle process, while a GiB is uploaded and while it is read. */
export async function measureMemory(): Promise<Readonly<Record<string, number>>> {
  await using backend = await startBackend(0)
  const peaks: Record<string, number> = {}
  for (const operation of ["upload", "read"]) {
    const child = fork(fileURLToPath(new URL("transfer.ts", import.meta.url)), [operation], {
      env: { ...process.env, PARAMETERS: JSON.stringify(backend.direct.parameters) },
    })
    const [message] = await once(child, "message")
    peaks[`${operation} 1 GiB`] = bytes.parse(message)
    child.disconnect()
  }
  return peaks
}
