import { errorCodeOf } from "../../drivers/contract.ts"
import { bytesOf, type Content, firstDifference } from "../../fixtures/content.ts"
import { describeCount, identify } from "../../fixtures/content-diagnosis.ts"
import { CallFailed, looksLikeNetworkFailure, propertyOf } from "../execution/failures.ts"
import { unprefixed } from "../execution/observation.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { readStream } from "../execution/observed-stream.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { quote } from "../execution/rendering.ts"
import { fetchURL } from "../follow-url.ts"
import type { Call, CallOf, Entry, Outcome, ReadBytes } from "../specification/calls.ts"
import type { Handles } from "./handles.ts"

/** An outcome with the words for it. */
export interface Performed {
  readonly outcome: Outcome
  readonly actual: string
}

/** What a write appends: the content and where it goes on. */
export interface Part {
  readonly content: Omit<Content, "length">
  readonly from: number
}

/**
 * Makes a call of a sequence on a driver.
 *
 * @throws CallHung, CallFailed where the network failed, or RuleBroken where the driver gives what the contract has no place for
 */
export async function perform(driver: ObservedDriver, handles: Handles, call: Call, part?: Part): Promise<Performed> {
  const signal = signalOf(call)
  try {
    return await make(driver, handles, call, signal, part)
  } catch (thrown) {
    // Where the network failed, the backend is asked before the driver is judged.
    if (!(thrown instanceof CallFailed) || looksLikeNetworkFailure(thrown.reason)) throw thrown
    if (signal?.aborted === true && thrown.reason === signal.reason)
      return { outcome: { kind: "aborted" }, actual: thrown.message }
    const path = propertyOf(thrown.reason, "path")
    const named = typeof path === "string" ? unprefixed(driver.observation.prefix, path) : undefined
    const code = errorCodeOf(thrown.reason)
    const foreign = code !== undefined && named !== undefined ? ` for ${quote(named)}` : ""
    return { outcome: { kind: "rejected", code, path: named }, actual: `${thrown.message}${foreign}` }
  }
}

/** A signal that is aborted already, or a turn of the event loop after the call has begun. */
function signalOf({ abort }: Call): AbortSignal | undefined {
  if (abort === undefined) return undefined
  const controller = new AbortController()
  const aborted = (): void => controller.abort(new Error("the caller has gone"))
  if (abort === "before") aborted()
  else setImmediate(aborted)
  return controller.signal
}

async function make(
  driver: ObservedDriver,
  handles: Handles,
  call: Call,
  signal: AbortSignal | undefined,
  part: Part | undefined,
): Promise<Performed> {
  const options = signal === undefined ? undefined : { signal }
  switch (call.method) {
    case "getContent":
      return read(await driver.getContent(call.path, options))
    case "reader":
      return read(await readStream(await driver.reader(call.path, from(call.offset))))
    case "readStart": {
      const stream = await driver.reader(call.path, from(call.offset))
      const start = await readStream(stream, { enough: call.length })
      handles.streams.set(call.path, { stream, start })
      return read(start)
    }
    case "readRest":
      return readRest(handles, call.path)
    case "leave":
      handles.streams.get(call.path)?.stream.destroy()
      handles.streams.delete(call.path)
      return done
    case "putContent":
      await driver.putContent(call.path, bytesOf(call.content), options)
      return done
    case "stat": {
      const { path, size, isDirectory } = await driver.stat(call.path, options)
      const actual = isDirectory ? `a directory ${quote(path)}` : `a file ${quote(path)} of ${describeCount(size)}`
      return { outcome: { kind: "info", info: { path, size, isDirectory } }, actual }
    }
    case "list": {
      const paths = await driver.list(call.path, options)
      return { outcome: { kind: "paths", paths }, actual: enumerate("entries", paths) }
    }
    case "walk":
      return walk(driver, call)
    case "move":
      await driver.move(call.source, call.destination, options)
      return done
    case "delete":
      await driver.delete(call.path, options)
      return done
    case "redirectURL":
      return redirect(driver, call.path)
    case "writer": {
      const writer = await driver.writer(call.path, call.append ? { append: true } : {})
      handles.writers.set(call.path, writer)
      return sizeOf(writer)
    }
    default:
      return onWriter(handles, call, part)
  }
}

const from = (offset: number): { readonly offset?: number } => (offset === 0 ? {} : { offset })

async function readRest(handles: Handles, path: string): Promise<Performed> {
  const open = handles.streams.get(path)
  if (open === undefined) throw new Error(`no stream of ${path} is open`)
  handles.streams.delete(path)
  return read(Buffer.concat([open.start, await readStream(open.stream)]))
}

async function redirect(driver: ObservedDriver, path: string): Promise<Performed> {
  const url = await driver.redirectURL(path)
  if (url === undefined) return { outcome: { kind: "no-url" }, actual: "no URL" }
  const { status, body } = await fetchURL(driver, path, url, "GET")
  return status === 200 ? read(body) : { outcome: { kind: "unserved" }, actual: `status ${status}` }
}

async function walk(driver: ObservedDriver, { path: root, startAfter, skip, stopAt }: CallOf<"walk">): Promise<Performed> {
  const entries: Entry[] = []
  await driver.walk(
    root,
    ({ path, isDirectory }) => {
      entries.push({ path, isDirectory })
      if (path === stopAt) return "stop"
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
  { writers }: Handles,
  call: CallOf<"write"> | CallOf<"close"> | CallOf<"commit"> | CallOf<"cancel">,
  part: Part | undefined,
): Promise<Performed> {
  const writer = writers.get(call.path)
  if (writer === undefined) throw new Error(`no writer is open at ${call.path}`)
  if (call.method !== "write") writers.delete(call.path)
  switch (call.method) {
    case "write":
      if (part === undefined) throw new Error("a write needs bytes")
      await writer.write(bytesOf({ ...part.content, length: part.from + call.length }, part.from))
      return sizeOf(writer)
    case "close":
      await writer.close()
      return sizeOf(writer)
    case "commit": {
      await writer.commit()
      const committed = sizeOf(writer)
      await writer.close()
      return committed
    }
    case "cancel":
      await writer.cancel()
      return done
  }
}

const done: Performed = { outcome: { kind: "done" }, actual: "success" }

function sizeOf(writer: ObservedWriter): Performed {
  const { size } = writer
  return { outcome: { kind: "size", size }, actual: `a size of ${describeCount(size)}` }
}

function read(bytes: Uint8Array): Performed {
  const readBytes: ReadBytes = {
    length: bytes.length,
    isPartOf: (content, offset) => firstDifference({ ...content, length: offset + bytes.length }, offset, bytes) === undefined,
  }
  return {
    outcome: { kind: "bytes", bytes: readBytes },
    actual: identify(bytes) ?? `${describeCount(bytes.length)} of nothing that was written`,
  }
}

function enumerate(what: string, paths: readonly string[]): string {
  const shown = paths.slice(0, 8).map(quote).join(", ")
  return paths.length === 0 ? `no ${what}` : `the ${what} ${shown}${paths.length > 8 ? ", …" : ""}`
}
