import { type FileHandle, mkdir, open, readFile, rm, stat, writeFile } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { BadInput } from "../input/bad-input.ts"
import { jsonReport, renderJson } from "./json.ts"
import { renderJUnit } from "./junit.ts"
import type { RunResult } from "./result.ts"
import { renderTimelineHtml } from "./timeline/html.ts"
import { renderTimelineSvg } from "./timeline/svg.ts"

/**
 * Report files that were asked for, open and empty from the beginning: a name that cannot be written is told before the run, not
 * after it, and what an earlier run left there is never taken for the report of this one.
 */
export interface ReportFiles {
  /**
   * Writes each report that can be written.
   *
   * @throws BadInput for those that cannot
   */
  write(result: RunResult): Promise<void>
  /** Lets go of the files that were not written. */
  close(): Promise<void>
}

interface ReportFile {
  /** What the user wrote: "--json report.json". */
  readonly asked: string
  readonly file: FileHandle
  readonly render: (result: RunResult) => string
}

/** @throws BadInput */
export async function openReportFiles(asked: { readonly json?: string; readonly junit?: string }): Promise<ReportFiles> {
  const formats = [
    { option: "--json", path: asked.json, render: renderJson },
    { option: "--junit", path: asked.junit, render: renderJUnit },
  ]
  if (asked.json !== undefined && asked.junit !== undefined && resolve(asked.json) === resolve(asked.junit)) throw sameFile(asked)
  const opened: ReportFile[] = []
  const close = async (): Promise<void> => {
    await Promise.allSettled(opened.map(({ file }) => file.close()))
  }
  try {
    const outdated = asked.json === undefined ? [] : await timelinesBeside(asked.json)
    for (const { option, path, render } of formats) {
      if (path !== undefined) opened.push({ asked: `${option} ${path}`, file: await openForWriting(option, path), render })
    }
    if (await areOneFile(opened)) throw sameFile(asked)
    for (const file of outdated) await rm(file, { force: true })
  } catch (reason) {
    await close()
    throw reason
  }
  const write = async (result: RunResult): Promise<void> => {
    const failed = await writeAll(opened, result)
    if (asked.json !== undefined) failed.push(...(await writeTimelines(asked.json, result)))
    if (failed.length > 0) throw new BadInput(failed.join("; "))
  }
  return { write, close }
}

/** @returns a sentence for each that cannot be written */
async function writeAll(files: readonly ReportFile[], result: RunResult): Promise<string[]> {
  const failed: string[] = []
  for (const { asked, file, render } of files) {
    try {
      await file.writeFile(render(result))
      await file.close()
    } catch (reason) {
      failed.push(cannotBeWritten(asked, reason))
    }
  }
  return failed
}

/**
 * Beside the JSON report a picture and a page of each rule that several clients broke together.
 *
 * @returns a sentence for each that cannot be written
 */
async function writeTimelines(json: string, result: RunResult): Promise<readonly string[]> {
  const failed: string[] = []
  for (const rule of result.suites.flatMap(({ rules }) => rules)) {
    const failure = "failure" in rule.outcome ? rule.outcome.failure : undefined
    const timeline = failure?.timeline
    if (failure === undefined || timeline === undefined) continue
    const { picture, page } = timelineFiles(json, rule)
    try {
      await writeFile(picture, renderTimelineSvg(timeline))
      await writeFile(page, renderTimelineHtml(rule, failure, timeline))
    } catch (reason) {
      failed.push(cannotBeWritten(`the timeline ${picture}`, reason))
    }
  }
  return failed
}

function timelineFiles(json: string, { id }: { readonly id: string }): { readonly picture: string; readonly page: string } {
  const name = `${json.replace(/\.json$/, "")}.${id.replace("/", ".")}`
  return { picture: `${name}.svg`, page: `${name}.html` }
}

/** The timelines that an earlier run wrote, as its report tells. None where there is no such report, or one of another form. */
async function timelinesBeside(json: string): Promise<readonly string[]> {
  const rules = await rulesIn(json).catch(() => [])
  return rules
    .filter(({ outcome }) => "failure" in outcome && outcome.failure?.timeline !== undefined)
    .flatMap((rule) => Object.values(timelineFiles(json, rule)))
}

async function rulesIn(json: string) {
  // What is no file, such as a pipe, has no end.
  if (!(await stat(json)).isFile()) return []
  return jsonReport.parse(JSON.parse(await readFile(json, "utf8"))).suites.flatMap(({ rules }) => rules)
}

/**
 * Opens a file for what an option asks for, empty.
 *
 * @throws BadInput
 */
export async function openForWriting(option: string, path: string): Promise<FileHandle> {
  try {
    const file = await openIn(path)
    // What is no file, such as a pipe, cannot be cut.
    if ((await file.stat()).isFile()) await file.truncate()
    return file
  } catch (reason) {
    throw new BadInput(cannotBeWritten(`${option} ${path}`, reason))
  }
}

async function openIn(path: string): Promise<FileHandle> {
  try {
    return await open(path, "a")
  } catch (reason) {
    if (codeOf(reason) !== "ENOENT") throw reason
    await makeFolder(dirname(resolve(path)))
    return await open(path, "a")
  }
}

/**
 * Makes a folder and those above it. Node's own recursive mkdir does not end where a folder that is there takes no entries, as /proc.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path).catch(unlessThere)
  } catch (reason) {
    if (codeOf(reason) !== "ENOENT" || dirname(path) === path) throw reason
    await makeFolder(dirname(path))
    await mkdir(path).catch(unlessThere)
  }
}

function unlessThere(reason: unknown): void {
  if (codeOf(reason) !== "EEXIST") throw reason
}

/** Whether two names lead to one file, by a link. */
async function areOneFile(files: readonly ReportFile[]): Promise<boolean> {
  const stats = await Promise.all(files.map(({ file }) => file.stat({ bigint: true })))
  const [one, other] = stats.filter((found) => found.isFile())
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino
}

function sameFile({ json, junit }: { readonly json?: string; readonly junit?: string }): BadInput {
  return new BadInput(`--json ${json} and --junit ${junit} are the same file: give each report one of its own`)
}

function cannotBeWritten(asked: string, reason: unknown): string {
  return `${asked} cannot be written: ${reason instanceof Error ? reason.message : String(reason)}`
}

function codeOf(reason: unknown): unknown {
  return Reflect.get(Object(reason), "code")
}
