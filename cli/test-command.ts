import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** What a run of the command came to. */
export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  /** Folder to run in. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Sent once standard error has told of the first rule. */
  readonly interruptWith?: NodeJS.Signals
  /** Called, with the id of the process, once standard error has told of the first rule. */
  readonly midRun?: (processId: number) => void
  /** Closes the pipes of standard output and error after their first text. */
  readonly closeOutputs?: boolean
}

const entry = fileURLToPath(new URL("../dist/cli/entry.js", import.meta.url))

/** Runs the built command, as a user would, in a process of its own and not in a terminal. */
export function runCommand(commandArguments: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [entry, ...commandArguments], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let stdout = ""
  let stderr = ""
  let underWay = false
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
    if (options.closeOutputs === true) for (const pipe of [child.stdout, child.stderr]) pipe.destroy()
    if (underWay || !stderr.includes("\n")) return
    underWay = true
    if (options.interruptWith !== undefined) child.kill(options.interruptWith)
    if (child.pid !== undefined) options.midRun?.(child.pid)
  })
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, stdout, stderr }))
  })
}
