import { readdir, readFile } from "node:fs/promises"
import { describe, expect, test } from "vitest"
import type { Content } from "../../fixtures/content.ts"
import type { Call, Entry, Outcome } from "./calls.ts"
import { initialState, type State } from "./state.ts"
import { canBeMade, isDefined, stepAll } from "./step.ts"

/**
 * Histories as text, one call a line, and what the specification says of each. In histories/*.txt:
 *
 *     # title; a blank line ends a history
 *     putContent /a 1 : done                          a call, and what it came to; both are kept where nothing else is said
 *     ? getContent /a : bytes 2 => breaks content/round-trip      judged, and the history goes on as if it had not been
 *     ? putContent /a/b 1 : undefined                 a call that is not to be made
 *     getContent /a/b : open                          one of which nothing is promised, and which may be made
 *
 * A content is its object's number and, unless it has 10 bytes, its length: 1, 1*20. Bytes are those of a content, all or some: 1 3..10.
 */
type Verdict = "kept" | "undefined" | "open" | `breaks ${string}` | `departs ${string}`

interface Line {
  readonly text: string
  readonly probe: boolean
  readonly call: Call
  /** None for calls of which nothing is promised. */
  readonly outcome: Outcome | undefined
  readonly verdict: Verdict
}

const folder = new URL("histories/", import.meta.url)
for (const file of (await readdir(folder)).sort()) {
  const blocks = (await readFile(new URL(file, folder), "utf8")).trim().split(/\n\n+/)
  describe(file.replace(".txt", ""), () => {
    test.each(blocks.map((block) => block.split("\n")))("%s", (title, ...lines) => {
      let states: readonly State[] = [initialState({ redirectURL: title.includes("with URLs") })]
      for (const line of lines.map(readLine)) {
        const { verdict, next } = judge(states, line)
        expect(verdict, line.text).toBe(line.verdict)
        if (!line.probe) states = next
      }
    })
  })
}

function judge(
  states: readonly State[],
  { call, outcome }: Line,
): { readonly verdict: Verdict; readonly next: readonly State[] } {
  if (outcome === undefined) {
    const { states: next } = stepAll(states, call, { kind: "done" })
    if (!canBeMade(states, call)) return { verdict: "undefined", next }
    return { verdict: isDefined(states, call) ? "kept" : "open", next }
  }
  expect(isDefined(states, call), `${JSON.stringify(call)} is defined`).toBe(true)
  const { states: next, breach, departure } = stepAll(states, call, outcome)
  if (breach !== undefined) return { verdict: `breaks ${breach.rule}`, next }
  return { verdict: departure === undefined ? "kept" : `departs ${departure.rule}`, next }
}

function readLine(text: string): Line {
  const [, probe, made = "", came = "", said] = /^(\? )?(.+?) : (.+?)(?: => (.+))?$/.exec(text) ?? []
  const common = { text, probe: probe !== undefined, call: readCall(made.split(" ")) }
  if (came === "undefined" || came === "open") return { ...common, outcome: undefined, verdict: came }
  return { ...common, outcome: readOutcome(came.split(" ")), verdict: readVerdict(said) }
}

function readVerdict(said: string | undefined): Verdict {
  if (said === undefined) return "kept"
  const [, how, rule] = /^(breaks|departs) (\S+)$/.exec(said) ?? []
  if (how === "breaks" || how === "departs") return `${how} ${rule}`
  throw new Error(`"${said}" is no verdict`)
}

function readContent(word = ""): Content {
  const [object, length = "10"] = word.split("*")
  return { object: Number(object), version: 0, length: Number(length) }
}

function readCall(words: readonly string[]): Call {
  const [method = "", path = "", ...rest] = words.filter((word) => !word.startsWith("aborted-"))
  const call = readMethod(method, path, rest)
  if (words.includes("aborted-before")) return { ...call, abort: "before" }
  return words.includes("aborted-during") ? { ...call, abort: "during" } : call
}

function readMethod(method: string, path: string, rest: readonly string[]): Call {
  const [first = "", second = ""] = rest
  switch (method) {
    case "putContent":
      return { method, path, content: readContent(first) }
    case "reader":
      return { method, path, offset: Number(first) }
    case "readStart":
      return { method, path, offset: Number(first), length: Number(second) }
    case "move":
      return { method, source: path, destination: first }
    case "writer":
    case "append":
      return { method: "writer", path, append: method === "append", content: readContent(first) }
    case "write":
      return { method, path, length: Number(first) }
    case "walk":
      return { method, path, ...Object.fromEntries(rest.map((option) => option.split("="))) }
    case "getContent":
    case "readRest":
    case "leave":
    case "stat":
    case "list":
    case "delete":
    case "redirectURL":
    case "close":
    case "commit":
    case "cancel":
      return { method, path }
  }
  throw new Error(`there is no method ${method}`)
}

function readOutcome(words: readonly string[]): Outcome {
  const [kind = "", first = "", second] = words
  switch (kind) {
    case "done":
    case "no-url":
    case "unserved":
    case "aborted":
    case "lost":
      return { kind }
    case "size":
      return { kind, size: Number(first) }
    case "bytes":
      return readBytes(readContent(first), second)
    case "file":
      return { kind: "info", info: { path: first, isDirectory: false, size: Number(second) } }
    case "directory":
      return { kind: "info", info: { path: first, isDirectory: true, size: 0 } }
    case "paths":
      return { kind, paths: words.slice(1) }
    case "visited":
      return { kind, entries: words.slice(1).map(readEntry) }
    case "rejected":
      return { kind, code: undefined, path: undefined }
    case "PathNotFound":
    case "InvalidPath":
    case "InvalidOffset":
    case "Driver":
      return { kind: "rejected", code: kind, path: first }
  }
  throw new Error(`there is no outcome ${kind}`)
}

/** Folders end with a slash. */
function readEntry(word: string): Entry {
  return word.endsWith("/") ? { path: word.slice(0, -1), isDirectory: true } : { path: word, isDirectory: false }
}

function readBytes(content: Content, range: string | undefined): Outcome {
  const [start = 0, end = content.length] = range?.split("..").map(Number) ?? []
  const length = end - start
  return {
    kind: "bytes",
    bytes: { length, isPartOf: (other, offset) => length === 0 || (other.object === content.object && offset === start) },
  }
}
