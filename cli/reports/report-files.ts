import { type FileHandle, mkdir, open } from "node:fs/promises"
import { dirname } from "node:path"
import { BadInput } from "../input/bad-input.ts"
import { renderJson } from "./json.ts"
import { renderJUnit } from "./junit.ts"
import type { RunResult } from "./result.ts"

/** Report files that were asked for, open from the beginning: a name that cannot be written is told before the run, not after it. */
export interface ReportFiles {
  write(result: RunResult): Promise<void>
}

/** @throws BadInput */
export async function openReportFiles(asked: { readonly json?: string; readonly junit?: string }): Promise<ReportFiles> {
  const formats = [
    { option: "--json", path: asked.json, render: renderJson },
    { option: "--junit", path: asked.junit, render: renderJUnit },
  ]
  const opened: { readonly file: FileHandle; readonly render: (result: RunResult) => string }[] = []
  for (const { option, path, render } of formats) {
    if (path !== undefined) opened.push({ file: await openForWriting(option, path), render })
  }
  return {
    async write(result) {
      for (const { file, render } of opened) {
        await file.truncate()
        await file.write(render(result), 0)
        await file.close()
      }
    },
  }
}

async function openForWriting(option: string, path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true })
    return await open(path, "a")
  } catch (reason) {
    throw new BadInput(`${option} ${path} cannot be written: ${reason instanceof Error ? reason.message : String(reason)}`)
  }
}
