import { readdirSync } from "node:fs"

/** What this process has open: files, connections and the like. Undefined where the system does not tell. */
export function countOpenFiles(): number | undefined {
  try {
    return readdirSync("/dev/fd").length
  } catch {
    return undefined
  }
}
