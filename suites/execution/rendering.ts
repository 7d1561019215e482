import { Readable } from "node:stream"
import { z } from "zod"
import type { FileInfo, FileWriter, ReaderOptions, RedirectOptions, WalkOptions, WriterOptions } from "../../drivers/contract.ts"
import { describeCount, identify } from "../../fixtures/content-diagnosis.ts"
import { RuleBroken } from "./failures.ts"
import { unprefixed } from "./observation.ts"

const fileInfo = z.object({ path: z.string(), size: z.number(), modTime: z.date(), isDirectory: z.boolean() })
const paths = z.array(z.string())
const maximumTextLength = 160

/** A string as reports show it: quoted, and cut in the middle where it is long. */
export function quote(text: string): string {
  const quoted = JSON.stringify(text)
  if (quoted.length <= maximumTextLength) return quoted
  return `${quoted.slice(0, 100)}…${quoted.slice(-40)} (${text.length} characters)`
}

/** Options as reports show them: what is not the default, by name. */
export function renderFlags(options: (ReaderOptions & WriterOptions & RedirectOptions & WalkOptions) | undefined): string[] {
  if (options === undefined) return []
  const { signal, startAfter, ...plain } = options
  const shown = Object.entries(plain).map(([name, value]) => `${name}: ${value}`)
  if (startAfter !== undefined) shown.push(`startAfter: ${quote(startAfter)}`)
  if (signal !== undefined) shown.push(signal.aborted ? "signal: aborted" : "signal")
  return shown.length === 0 ? [] : [`{ ${shown.join(", ")} }`]
}

/** Bytes as reports show them. */
export function renderContent(bytes: Uint8Array): string {
  return identify(bytes) ?? describeCount(bytes.byteLength)
}

export function renderBytes(value: Uint8Array): string {
  if (!(value instanceof Uint8Array)) throw new RuleBroken("a Uint8Array", describeValue(value))
  return renderContent(value)
}

export function renderInfo(value: FileInfo, prefix: string): string {
  const info = fileInfo.safeParse(value).data
  if (info === undefined) throw new RuleBroken("{ path, size, modTime, isDirectory }", describeValue(value))
  const path = quote(unprefixed(prefix, info.path))
  return info.isDirectory ? `directory ${path}` : `file ${path} of ${describeCount(info.size)}`
}

export function renderNothing(): string {
  return "ok"
}

export function renderStream(value: Readable): string {
  if (!(value instanceof Readable)) throw new RuleBroken("a Readable of node:stream", describeValue(value))
  return "a stream"
}

export function renderWriter(value: FileWriter): string {
  const methods = ["write", "close", "cancel", "commit"]
  const complete = Object(value) === value && methods.every((method) => typeof Reflect.get(value, method) === "function")
  if (!complete) throw new RuleBroken("a FileWriter", describeValue(value))
  return "a writer"
}

export function renderPaths(value: string[], prefix: string): string {
  const listed = paths.safeParse(value).data
  if (listed === undefined) throw new RuleBroken("an array of paths", describeValue(value))
  const shown = listed.slice(0, 6).map((entry) => quote(unprefixed(prefix, entry)))
  return `[${shown.join(", ")}${listed.length > shown.length ? `, … ${listed.length} in all` : ""}]`
}

export function renderURL(value: string | undefined): string {
  if (value !== undefined && typeof value !== "string") throw new RuleBroken("a URL or undefined", describeValue(value))
  return value === undefined ? "undefined" : "a URL"
}

/** What a value is that should be something else. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === "object") return `an object of class ${value.constructor?.name ?? "none"}`
  return `a ${typeof value}`
}
