import { createHook } from "node:async_hooks"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { readFileSync } from "node:fs"
import type { ClientRequest } from "node:http"
import type { Socket } from "node:net"
import type { Traffic } from "../../drivers/define.ts"

/** What an operation asked of the backend, and how that was seen. */
export interface CountedTraffic extends Traffic {
  readonly counted: "by the driver" | "over HTTP" | "as file operations" | "as reads and writes of the process"
}

/** Node's own notices of HTTP requests, which carry the request. Source: nodejs.org/api/diagnostics_channel.html */
const requestCreated = "http.client.request.created"
/** Those of `fetch`, which carry the socket. */
const fetchStarted = "undici:client:sendHeaders"

/**
 * Counts what a driver asks of its backend while an operation runs: by what the storage itself says, else by requests over HTTP, else
 * by operations on files, else by what the system knows of the process, which has the bytes of files too. Undefined where none of
 * these shows anything.
 */
export async function countTraffic(
  operation: () => Promise<void>,
  said: () => Traffic | undefined,
): Promise<CountedTraffic | undefined> {
  const before = { said: said(), ofProcess: trafficOfProcess() }
  const http = new HttpCounter()
  const files = new FileOperationCounter()
  try {
    await operation()
  } finally {
    http.stop()
    files.stop()
  }
  const after = { said: said(), ofProcess: trafficOfProcess() }
  if (before.said !== undefined && after.said !== undefined)
    return { ...difference(before.said, after.said), counted: "by the driver" }
  if (http.requests > 0) return { requests: http.requests, bytes: http.bytes, counted: "over HTTP" }
  const ofProcess = before.ofProcess && after.ofProcess && difference(before.ofProcess, after.ofProcess)
  if (files.operations > 0) return { requests: files.operations, bytes: ofProcess?.bytes ?? 0, counted: "as file operations" }
  return ofProcess === undefined ? undefined : { ...ofProcess, counted: "as reads and writes of the process" }
}

function difference(before: Traffic, after: Traffic): Traffic {
  return { requests: after.requests - before.requests, bytes: after.bytes - before.bytes }
}

/** Node's names for what goes to the system about a file, whether that is opened, read, looked at, listed or removed. */
const fileOperations: ReadonlySet<string> = new Set(["FSREQPROMISE", "FSREQCALLBACK"])

class FileOperationCounter {
  operations = 0
  readonly #hook = createHook({
    init: (_id, type) => {
      if (fileOperations.has(type)) this.operations++
    },
  }).enable()

  stop(): void {
    this.#hook.disable()
  }
}

class HttpCounter {
  requests = 0
  /** What each socket had carried when it was first seen. */
  readonly #sockets = new Map<Socket, number>()

  constructor() {
    subscribe(requestCreated, this.#onRequest)
    subscribe(fetchStarted, this.#onFetch)
  }

  get bytes(): number {
    return [...this.#sockets].reduce((sum, [socket, before]) => sum + carried(socket) - before, 0)
  }

  stop(): void {
    unsubscribe(requestCreated, this.#onRequest)
    unsubscribe(fetchStarted, this.#onFetch)
  }

  readonly #onRequest = (message: unknown): void => {
    this.requests++
    const { request } = message as { readonly request: ClientRequest }
    // Before anything of the request is written to the socket, and counted as carried before.
    request.prependOnceListener("socket", (socket: Socket) => this.#see(socket))
  }

  readonly #onFetch = (message: unknown): void => {
    this.requests++
    this.#see((message as { readonly socket: Socket }).socket)
  }

  #see(socket: Socket): void {
    if (!this.#sockets.has(socket)) this.#sockets.set(socket, carried(socket))
  }
}

function carried(socket: Socket): number {
  return socket.bytesRead + (socket.bytesWritten ?? 0)
}

/** All reads and writes of this process, of files and of sockets; undefined where the system does not tell. */
function trafficOfProcess(): Traffic | undefined {
  let text: string
  try {
    text = readFileSync("/proc/self/io", "utf8")
  } catch {
    return undefined // Linux alone has it
  }
  const count = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1] ?? 0)
  return { requests: count("syscr") + count("syscw"), bytes: count("rchar") + count("wchar") }
}
