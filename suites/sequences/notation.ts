import type { Command } from "./commands.ts"

/**
 * Commands as lines of text, for files that people read and commit: who makes the call where it is not the first instance, the method,
 * its arguments, and when it is aborted where it is.
 *
 *     putContent /a 16
 *     [2] writer /b append
 *     walk / skip=/a
 *     delete /a aborted-during
 */
export function formatCommand(command: Command): string {
  const words = [command.method, ...wordsOf(command)]
  if (command.instance !== 1) words.unshift(`[${command.instance}]`)
  if (command.abort !== undefined) words.push(`aborted-${command.abort}`)
  return words.join(" ")
}

function wordsOf(command: Command): readonly string[] {
  switch (command.method) {
    case "putContent":
    case "write":
      return [command.path, String(command.length)]
    case "reader":
      return [command.path, String(command.offset)]
    case "readStart":
      return [command.path, String(command.offset), String(command.length)]
    case "move":
      return [command.source, command.destination]
    case "writer":
      return command.append ? [command.path, "append"] : [command.path]
    case "walk":
      return [command.path, ...walkOptions.flatMap((name) => (command[name] === undefined ? [] : [`${name}=${command[name]}`]))]
    default:
      return [command.path]
  }
}

const walkOptions = ["startAfter", "skip", "stopAt"] as const

/** What a line that is no command is. */
export class NotACommand extends Error {
  override readonly name = "NotACommand"
}

/** @throws NotACommand */
export function parseCommand(line: string): Command {
  const words = line.trim().split(/\s+/)
  const instance = /^\[([1-9]\d?)\]$/.exec(words[0] ?? "")?.[1]
  if (instance !== undefined) words.shift()
  const abort = /^aborted-(before|during)$/.exec(words.at(-1) ?? "")?.[1]
  if (abort !== undefined) words.pop()
  const [method = "", ...rest] = words
  return {
    instance: instance === undefined ? 1 : Number(instance),
    ...(abort === "before" || abort === "during" ? { abort } : {}),
    ...readCall(method, new Words(line, rest)),
  }
}

type Call = Command extends infer Each ? (Each extends Command ? Omit<Each, "instance" | "abort"> : never) : never

function readCall(method: string, words: Words): Call {
  const call = readMethod(method, words)
  words.end()
  return call
}

function readMethod(method: string, words: Words): Call {
  switch (method) {
    case "getContent":
    case "stat":
    case "list":
    case "delete":
    case "redirectURL":
    case "readRest":
    case "leave":
    case "close":
    case "commit":
    case "cancel":
      return { method, path: words.path() }
    case "putContent":
    case "write":
      return { method, path: words.path(), length: words.number() }
    case "reader":
      return { method, path: words.path(), offset: words.number() }
    case "readStart":
      return { method, path: words.path(), offset: words.number(), length: words.number() }
    case "move":
      return { method, source: words.path(), destination: words.path() }
    case "writer":
      return { method, path: words.path(), append: words.flag("append") }
    case "walk": {
      const path = words.path()
      const options = walkOptions.flatMap((name) => {
        const value = words.option(name)
        return value === undefined ? [] : [[name, value] as const]
      })
      return { method, path, ...Object.fromEntries(options) }
    }
    default:
      throw new NotACommand(`"${method}" is no call of a sequence`)
  }
}

/** The words behind a method, taken one by one. */
class Words {
  readonly #line: string
  readonly #rest: string[]

  constructor(line: string, words: readonly string[]) {
    this.#line = line
    this.#rest = [...words]
  }

  path(): string {
    const word = this.#rest.shift()
    if (word?.startsWith("/") !== true) throw new NotACommand(`"${this.#line}" lacks a path`)
    return word
  }

  number(): number {
    const word = this.#rest.shift()
    if (word === undefined || !/^\d{1,15}$/.test(word)) throw new NotACommand(`"${this.#line}" lacks a whole number`)
    return Number(word)
  }

  flag(name: string): boolean {
    if (this.#rest[0] !== name) return false
    this.#rest.shift()
    return true
  }

  option(name: string): string | undefined {
    if (this.#rest[0]?.startsWith(`${name}=/`) !== true) return undefined
    return this.#rest.shift()?.slice(name.length + 1)
  }

  end(): void {
    if (this.#rest.length > 0) throw new NotACommand(`"${this.#line}" has "${this.#rest.join(" ")}" too many`)
  }
}
