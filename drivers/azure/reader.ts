import { Readable } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import type { BlobClient } from "@azure/storage-blob"
import { isIncompleteCopy } from "./blob.ts"
import { blobNotFound, hasErrorCode, ServiceError } from "./errors.ts"
import { request } from "./request.ts"

/** Milliseconds without a byte after which a connection is given up. */
const defaultIdleLimit = 30_000
/** How many connections in a row may break without a byte from any. */
const maxFruitlessTries = 4
const firstRetryDelay = 50

export interface ReaderOptions {
  /** First byte, from 0. */
  readonly offset: number
  /** Covers the opening. */
  readonly signal: AbortSignal | undefined
  /** What the stream is to fail with, given what happened. */
  readonly toError: (error: unknown) => unknown
  readonly idleLimit?: number
}

export interface OpenedReader {
  readonly stream: Readable
  /** Bytes that the stream gives. */
  readonly length: number
}

/**
 * Opens the content of a blob from an offset to its end; at or beyond the end the stream is empty.
 *
 * The SDK gives up when a connection is cut in the middle of the content and waits for ever when it stalls. Here the rest is
 * asked for anew, under the condition that the content is still the same.
 */
export async function openReader(blob: BlobClient, options: ReaderOptions): Promise<OpenedReader> {
  const { offset, signal } = options
  try {
    const first = await download(blob, { offset, etag: undefined, signal })
    if (first.isIncomplete) {
      first.body.destroy()
      throw blobNotFound()
    }
    return { stream: new BlobStream(blob, first, options), length: first.length }
  } catch (error) {
    if (!hasErrorCode(error, "InvalidRange")) throw error
    return { stream: Readable.from([]), length: 0 }
  }
}

interface Download {
  readonly body: Readable
  readonly etag: string
  readonly length: number
  readonly isIncomplete: boolean
}

interface DownloadOptions {
  readonly offset: number
  /** Of the content that is wanted; undefined for whatever there is. */
  readonly etag: string | undefined
  readonly signal: AbortSignal | undefined
}

async function download(blob: BlobClient, { offset, etag, signal }: DownloadOptions): Promise<Download> {
  const conditions = etag === undefined ? {} : { ifMatch: etag }
  const answer = await request(
    (abortSignal) => blob.download(offset, undefined, { abortSignal, conditions, maxRetryRequests: 0 }),
    { signal },
  )
  const { readableStreamBody: body, contentLength: length } = answer
  if (!(body instanceof Readable) || answer.etag === undefined || length === undefined) {
    throw new ServiceError({ message: "the service's answer lacks the content" })
  }
  body.on("error", () => {}) // It is read through its iterator, which reports errors; one after that must not end the process.
  return { body, etag: answer.etag, length, isIncomplete: isIncompleteCopy(answer) }
}

class BlobStream extends Readable {
  readonly #blob: BlobClient
  readonly #options: ReaderOptions
  readonly #etag: string
  readonly #end: number
  readonly #closing = new AbortController()
  #position: number
  #body: Readable
  #chunks: AsyncIterator<Uint8Array>
  #fruitlessTries = 0

  constructor(blob: BlobClient, { body, etag, length }: Download, options: ReaderOptions) {
    super()
    this.#blob = blob
    this.#options = options
    this.#etag = etag
    this.#position = options.offset
    this.#end = options.offset + length
    this.#body = body
    this.#chunks = body[Symbol.asyncIterator]()
  }

  override _read(): void {
    this.#next().then(
      (chunk) => this.push(chunk),
      (error: unknown) => this.#fail(error),
    )
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#closing.abort()
    this.#body.destroy()
    callback(error)
  }

  #fail(error: unknown): void {
    const reported = this.#options.toError(error)
    this.destroy(reported instanceof Error ? reported : new Error(String(reported)))
  }

  /** The next bytes, never none; null at the end. */
  async #next(): Promise<Uint8Array | null> {
    while (this.#position < this.#end) {
      const chunk = await this.#chunkOfConnection()
      if (chunk instanceof Uint8Array) {
        this.#position += chunk.length
        this.#fruitlessTries = 0
        return chunk
      }
      await this.#reconnect(chunk)
    }
    return null
  }

  /** The next bytes of this connection, or how it broke. */
  async #chunkOfConnection(): Promise<Uint8Array | { readonly broken: unknown }> {
    const { idleLimit = defaultIdleLimit } = this.#options
    const stalled = new Error(`no byte came for ${idleLimit / 1000} s`)
    const timer = setTimeout(() => this.#body.destroy(stalled), idleLimit)
    try {
      const { done, value } = await this.#chunks.next()
      return done === true ? { broken: new Error("the connection ended before the content") } : value
    } catch (error) {
      return { broken: error }
    } finally {
      clearTimeout(timer)
    }
  }

  async #reconnect({ broken }: { readonly broken: unknown }): Promise<void> {
    this.#closing.signal.throwIfAborted()
    this.#body.destroy()
    if (++this.#fruitlessTries > maxFruitlessTries) throw this.#brokenAt(ServiceError.from(broken).message)
    const signal = this.#closing.signal
    await sleep(firstRetryDelay * 2 ** (this.#fruitlessTries - 1), undefined, { signal })
    try {
      const { body } = await download(this.#blob, { offset: this.#position, etag: this.#etag, signal })
      this.#body = body
      this.#chunks = body[Symbol.asyncIterator]()
    } catch (error) {
      if (hasErrorCode(error, "ConditionNotMet", "BlobNotFound")) throw this.#brokenAt("the content was changed or removed")
      throw error
    }
  }

  #brokenAt(reason: string): ServiceError {
    return new ServiceError({ message: `reading broke off at byte ${this.#position} of ${this.#end}: ${reason}` })
  }
}

/** All that the stream gives, in memory of its own. */
export async function readAll({ stream, length }: OpenedReader): Promise<Uint8Array> {
  const content = new Uint8Array(length)
  let position = 0
  for await (const chunk of stream) {
    content.set(chunk, position)
    position += chunk.length
  }
  return content
}
