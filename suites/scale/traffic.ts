import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { readFileSync } from "node:fs"
import type { ClientRequest } from "node:http"
import type { Socket } from "node:net"
import type { Traffic } from "../../drivers/define.ts"

/** What an operation asked of the backend, and how that was seen. */
export interface CountedTraffic extends Traffic {
  readonly counted: "by the driver" | "over HTTP" | "as reads and writes of the process"
}

/** Node's own notices of HTTP requests, which carry the request. Source: nodejs.org/api/diagnostics_channel.html */
const requestCreated = "http.client.request.created"
/** Those of `fetch`, which carry the socket. */
const fetchStarted = "undici:client:sendHeaders"

/**
 * Counts what a driver asks of its backend while an operation runs: by what the storage itself says, else by requests over HTTP, else
 * by what the system knows of the process. Undefined where none of these shows anything.
 */
export async function countTraffic(
  operation: () => Promise<void>,
  said: () => Traffic | undefined,
): Promise<CountedTraffic | undefined> {
  const before = { said: said(), ofProcess: trafficOfProcess() }
  const http = new HttpCounter()
  try {
    await operation()
  } finally {
    http.stop()
  }
  const after = { said: said(), ofProcess: trafficOfProcess() }
  if (before.said !== undefined && after.said !== undefined)
    return { ...difference(before.said, after.said), counted: "by the driver" }
  if (http.requests > 0) return { requests: http.requests, bytes: http.bytes, counted: "over HTTP" }
  if (before.ofProcess === undefined || after.ofProcess === undefined) return undefined
  return { ...difference(before.ofProcess, after.ofProcess), counted: "as reads and writes of the process" }
}

function difference(before: Traffic, after: Traffic): Traffic {
  return { requests: after.requests - before.requests, bytes: after.bytes - before.bytes }
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
