import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { spreadOf } from "../cli/bench/statistics.ts"
import { connectToEngine } from "../fixtures/targets/container-engine.ts"
import { hostContainers } from "../fixtures/targets/owned-containers.ts"

/**
 * Figures of the targets, `npm run evidence:targets -- embedded container`, on Linux: how soon after the command the first rule has run,
 * how long `certify azure` takes in all, how much memory Azurite needs for it, what `--runs` short runs in a row leave behind, and
 * whether `--side-by-side` whole ones at a time all pass. Ends with exit code 1 where something is left or a run does not pass.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "20" }, "side-by-side": { type: "string", default: "4" } },
})
const targets = positionals.length === 0 ? ["embedded"] : positionals
const entry = fileURLToPath(new URL("../dist/cli/entry.js", import.meta.url))
const shortRun = ["--rule", "content/*"] as const

interface Run {
  readonly exitCode: number | null
  /** Milliseconds from the command to the first rule, and to the end. */
  readonly firstRule: number
  readonly total: number
  /** The most that Azurite held resident, in bytes. */
  readonly memory: number
}

/** Runs `certify azure` in a process of its own whose temporary files go to the folder. */
async function certify(target: string, folder: string, options: readonly string[] = []): Promise<Run> {
  const earlier = azuriteProcesses()
  const started = performance.now()
  const child = spawn(process.execPath, [entry, "certify", "azure", "--target", target, ...options], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "ignore", "pipe"],
  })
  let firstRule = Number.NaN
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (Number.isNaN(firstRule) && /^(kept|BROKEN|not run) /.test(line)) firstRule = performance.now() - started
  })
  let memory = 0
  const watch = setInterval(() => {
    for (const [id] of azuriteProcesses()) if (!earlier.has(id)) memory = Math.max(memory, peakMemoryOf(id))
  }, 500)
  try {
    await once(child, "close")
  } finally {
    clearInterval(watch)
  }
  return { exitCode: child.exitCode, firstRule, total: performance.now() - started, memory }
}

/** Command lines of processes of Azurite, in a container or not, by their ids. */
function azuriteProcesses(): ReadonlyMap<string, string> {
  const numbered = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
  return new Map(
    numbered.map((id) => [id, read(`/proc/${id}/cmdline`)] as const).filter(([, command]) => /node.*azurite/s.test(command)),
  )
}

function peakMemoryOf(id: string): number {
  const [, kibibytes = "0"] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${id}/status`)) ?? []
  return Number(kibibytes) * 1024
}

/** What a process says of itself; nothing where it has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

async function containersAndVolumes(): Promise<readonly string[]> {
  const engine = await connectToEngine()
  const { Volumes: volumes } = await engine.container.dockerode.listVolumes()
  return [...(await hostContainers(engine)).map(({ Id }) => `container ${Id}`), ...volumes.map(({ Name }) => `volume ${Name}`)]
}

/** What is there that a run might have left. */
async function traces(target: string, folder: string): Promise<ReadonlySet<string>> {
  return new Set([
    ...[...azuriteProcesses()].map(([id, command]) => `process ${id} ${command.replaceAll("\0", " ")}`),
    ...readdirSync(folder).map((name) => `file ${name}`),
    ...(target === "container" ? await containersAndVolumes() : []),
  ])
}

function tell(target: string, figure: string, value: string): void {
  process.stdout.write(`| ${target} | ${figure} | ${value} |\n`)
}

function fail(what: string): void {
  process.stdout.write(`${what}\n`)
  process.exitCode = 1
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`
const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`

async function measure(target: string, folder: string): Promise<void> {
  const before = await traces(target, folder)
  const alone = await certify(target, folder)
  tell(target, "from the command to the first rule", seconds(alone.firstRule))
  tell(target, "whole run, `certify azure`", seconds(alone.total))
  tell(target, "peak memory of Azurite in it", mebibytes(alone.memory))
  if (alone.exitCode !== 0) fail(`the whole run ended with exit code ${alone.exitCode}`)

  const short: Run[] = []
  while (short.length < Number(values.runs)) short.push(await certify(target, folder, shortRun))
  const { median } = spreadOf(short.map(({ firstRule }) => firstRule))
  tell(target, "from the command to the first rule, median", seconds(median))
  const failed = short.filter(({ exitCode }) => exitCode !== 0)
  if (failed.length > 0) fail(`${failed.length} of ${short.length} short runs did not pass`)
  await checkLeft(target, folder, before, `${short.length} runs in a row`)

  const together = await Promise.all(Array.from({ length: Number(values["side-by-side"]) }, () => certify(target, folder)))
  const passed = together.filter(({ exitCode }) => exitCode === 0).length
  const slowest = Math.max(...together.map(({ total }) => total))
  tell(target, `${together.length} whole runs side by side`, `${passed} pass, the slowest in ${seconds(slowest)}`)
  if (passed < together.length) fail("not all runs side by side passed")
  await checkLeft(target, folder, before, `${together.length} runs side by side`)
}

async function checkLeft(target: string, folder: string, before: ReadonlySet<string>, runs: string): Promise<void> {
  const left = [...(await traces(target, folder))].filter((trace) => !before.has(trace))
  tell(target, `left by ${runs}`, left.length === 0 ? "nothing" : left.join(", "))
  if (left.length > 0) fail(`${runs} left something behind`)
}

process.stdout.write("| target | figure | value |\n|---|---|---|\n")
for (const target of targets) {
  const folder = mkdtempSync(join(tmpdir(), "evidence-targets-"))
  try {
    await measure(target, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
