import { createInterface } from "node:readline/promises"
import { visible } from "../reports/visible-text.ts"
import { BadInput } from "./bad-input.ts"

/** A terminal to ask at. */
interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

interface ConsentOptions {
  /** Whether the user has said so before. */
  readonly yes: boolean
  /** Undefined where nobody can be asked. */
  readonly terminal: Terminal | undefined
  /** Takes the question back. */
  readonly signal?: AbortSignal
}

/**
 * Sees to it that the user wants a run on what is theirs, and may be billed.
 *
 * @param statement what the run will do there, some lines
 * @throws BadInput where they do not, or cannot be asked and have not said so before
 */
export async function demandConsent(statement: readonly string[], { yes, terminal, signal }: ConsentOptions): Promise<void> {
  if (yes) return
  if (terminal === undefined)
    throw new BadInput(`${statement.join("; ")}: say --yes to have it done, since there is no terminal to ask at`)
  const ended = new AbortController()
  const question = createInterface({ ...terminal, terminal: false })
  question.once("close", () => ended.abort())
  signal?.addEventListener("abort", () => question.close())
  try {
    terminal.output.write(`${statement.map(visible).join("\n")}\n`)
    const answer = await question.question("go on? [y/N] ", { signal: ended.signal })
    if (/^y(es)?$/i.test(answer.trim())) return
  } catch (reason) {
    if (!ended.signal.aborted) throw reason
  } finally {
    question.close()
  }
  throw new BadInput("nothing was run: the answer was not yes")
}

/**
 * The terminal of this process, where it has one.
 *
 * @param interrupted takes the question back when it resolves
 */
export function consentOf(yes: boolean, interrupted: Promise<unknown>): ConsentOptions {
  const { stdin, stderr } = process
  const ended = new AbortController()
  interrupted.then(() => ended.abort())
  const terminal = stdin.isTTY && stderr.isTTY ? { input: stdin, output: stderr } : undefined
  return { yes, terminal, signal: ended.signal }
}
