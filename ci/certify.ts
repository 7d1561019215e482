import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { z } from "zod"
import { jsonReport } from "../cli/reports/json.ts"

const entry = fileURLToPath(new URL("../dist/cli/entry.js", import.meta.url))

export interface Certified {
  readonly exitCode: number
  /** What it printed; its errors where it came to no verdict. */
  readonly text: string
  /** Undefined where the run came to no verdict. */
  readonly report: z.output<typeof jsonReport> | undefined
}

/** Runs `certify --strict` of this checkout's build in a process of its own. */
export function certify(driver: string, options: readonly string[]): Certified {
  const folder = mkdtempSync(join(tmpdir(), "certify-"))
  const json = join(folder, "report.json")
  try {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [entry, "certify", driver, "--strict", "--json", json, ...options],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      },
    )
    const written = readFileSync(json, { encoding: "utf8", flag: "a+" })
    const report = written === "" ? undefined : jsonReport.parse(JSON.parse(written))
    return { exitCode: status ?? 70, text: report === undefined ? stderr : stdout, report }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
