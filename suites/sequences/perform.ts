import { errorCodeOf } from "../../drivers/contract.ts"
import { bytesOf, type Content, firstDifference } from "../../fixtures/content.ts"
import { identify } from "../../fixtures/content-diagnosis.ts"
import { CallFailed, propertyOf } from "../execution/failures.ts"
import { unprefixed } from "../execution/observation.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { readStream } from "../execution/observed-stream.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { quote } from "../execution/rendering.ts"
import type { Call, Entry, Outcome, ReadBytes } from "../specification/calls.ts"

/** An outcome with the words for it. */
export interface Performed {
  readonly outcome: Outcome
  readonly actual: string
}

/** The writers that a sequence has open, by path. */
export type OpenWriters = Map<string, ObservedWriter>

/**
 * Makes a call of a sequence on a driver.
 *
 * @param part what a write appends: the upload's content and where it goes on
 * @throws CallHung, or RuleBroken where the driver gives what the contract has no place for
 */
export async function perform(
  driver: ObservedDriver,
  writers: OpenWriters,
  call: Call,
  part?: { readonly content: Omit<Content, "length">; readonly from: number },
): Promise<Performed> {
  try {
    return await make(driver, writers, call, part)
  } catch (thrown) {
    if (!(thrown instanceof CallFailed)) throw thrown
    const path = propertyOf(thrown.reason, "path")
    const named = typeof path === "string" ? unprefixed(driver.observation.prefix, path) : undefined
    const code = errorCodeOf(thrown.reason)
    const foreign = code !== undefined && named !== undefined ? ` for ${quote(named)}` : ""
    return { outcome: { kind: "rejected", code, path: named }, actual: `${thrown.message}${foreign}` }
  }
}

async function make(
  driver: ObservedDriver,
  writers: OpenWriters,
  call: Call,
  part: { readonly content: Omit<Content, "length">; readonly from: number } | undefined,
): Promise<Performed> {
  switch (call.method) {
    case "getContent":
      return read(await driver.getContent(call.path))
    case "reader":
      return read(await readStream(await driver.reader(call.path, call.offset === 0 ? {} : { offset: call.offset })))
    case "putContent":
      await driver.putContent(call.path, bytesOf(call.content))
      return done
    case "stat": {
      const { path, size, isDirectory } = await driver.stat(call.path)
      const actual = isDirectory ? `a directory ${quote(path)}` : `a file ${quote(path)} of ${size} bytes`
      return { outcome: { kind: "info", info: { path, size, isDirectory } }, actual }
    }
    case "list": {
      const paths = await driver.list(call.path)
      return { outcome: { kind: "paths", paths }, actual: enumerate("entries", paths) }
    }
    case "walk":
      return walk(driver, call)
    case "move":
      await driver.move(call.source, call.destination)
      return done
    case "delete":
      await driver.delete(call.path)
      return done
    case "writer": {
      const writer = await driver.writer(call.path, call.append ? { append: true } : {})
      writers.set(call.path, writer)
      return sizeOf(writer)
    }
    default:
      return onWriter(writers, call, part)
  }
}

async function walk(driver: ObservedDriver, call: Extract<Call, { method: "walk" }>): Promise<Performed> {
  const { path: root, startAfter, skip } = call
  const entries: Entry[] = []
  await driver.walk(
    root,
    ({ path, isDirectory }) => {
      entries.push({ path, isDirectory })
      return path === skip && isDirectory ? "skip-directory" : undefined
    },
    startAfter === undefined ? undefined : { startAfter },
  )
  const actual = enumerate(
    "reports",
    entries.map(({ path }) => path),
  )
  return { outcome: { kind: "visited", entries }, actual }
}

async function onWriter(
  writers: OpenWriters,
  call: Extract<Call, { method: "write" | "close" | "commit" | "cancel" }>,
  part: { readonly content: Omit<Content, "length">; readonly from: number } | undefined,
): Promise<Performed> {
  const writer = writers.get(call.path)
  if (writer === undefined) throw new Error(`no writer is open at ${call.path}`)
  switch (call.method) {
    case "write":
      if (part === undefined) throw new Error("a write needs bytes")
      await writer.write(bytesOf({ ...part.content, length: part.from + call.length }, part.from))
      return sizeOf(writer)
    case "close":
      await writer.close()
      writers.delete(call.path)
      return sizeOf(writer)
    case "commit": {
      await writer.commit()
      const committed = sizeOf(writer)
      await writer.close()
      writers.delete(call.path)
      return committed
    }
    case "cancel":
      await writer.cancel()
      writers.delete(call.path)
      return done
  }
}

const done: Performed = { outcome: { kind: "done" }, actual: "success" }

function sizeOf(writer: ObservedWriter): Performed {
  const { size } = writer
  return { outcome: { kind: "size", size }, actual: `a size of ${size} bytes` }
}

function read(bytes: Uint8Array): Performed {
  const readBytes: ReadBytes = {
    length: bytes.length,
    isPartOf: (content, offset) => firstDifference({ ...content, length: offset + bytes.length }, offset, bytes) === undefined,
  }
  return {
    outcome: { kind: "bytes", bytes: readBytes },
    actual: identify(bytes) ?? `${bytes.length} bytes of nothing that was written`,
  }
}

function enumerate(what: string, paths: readonly string[]): string {
  const shown = paths.slice(0, 8).map(quote).join(", ")
  return paths.length === 0 ? `no ${what}` : `the ${what} ${shown}${paths.length > 8 ? ", …" : ""}`
}
