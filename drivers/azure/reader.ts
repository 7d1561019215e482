import { Readable } from "node:stream"
import type { BlobClient } from "@azure/storage-blob"
import { blobProperties, isIncompleteCopy } from "./blob.ts"
import type { Storage } from "./client.ts"
import { blobNotFound, hasErrorCode, ServiceError } from "./errors.ts"
import { Segment } from "./segment.ts"
import { Unread } from "./unread.ts"

export interface ReaderOptions {
  /** First byte, from 0. */
  readonly offset: number
  /** Covers the opening. */
  readonly signal: AbortSignal | undefined
  /** What the stream is to fail with, given what happened. */
  readonly toError: (error: unknown) => unknown
}

export interface OpenedReader {
  readonly stream: Readable
  /** Bytes that the stream gives. */
  readonly length: number
}

/** How often a content is read anew that was another one from one request to the next. */
const mostChanges = 10

/**
 * Opens the content of a blob from an offset to its end; at or beyond the end the stream is empty.
 *
 * It comes in ranges, each by a request of its own that is resumed where its connection breaks or stalls, and all under the condition
 * that the content is still the same. The first range alone is asked for when it is opened: a small file is one request.
 */
export async function openReader(storage: Storage, blob: BlobClient, options: ReaderOptions): Promise<OpenedReader> {
  const { offset, signal } = options
  for (let changes = 1; ; changes++) {
    try {
      return await openFirstRange(storage, blob, options)
    } catch (error) {
      if (!hasErrorCode(error, "InvalidRange")) throw error
      // Nothing was behind the offset; whether the blob is whole is not told with this answer.
      const properties = await blobProperties(storage.requests, blob, signal)
      if (properties === undefined || isIncompleteCopy(properties)) throw blobNotFound()
      if (properties.size <= offset) return { stream: Readable.from([]), length: 0 }
      // It was the destination of a copy, empty until that ended, or has another content by now.
      if (changes === mostChanges) throw error
    }
  }
}

async function openFirstRange(
  storage: Storage,
  blob: BlobClient,
  { offset, signal, toError }: ReaderOptions,
): Promise<OpenedReader> {
  const { size: count } = rangesOf(storage.transfer)
  const first = await download(storage, blob, { offset, count, etag: undefined, signal })
  if (first.isIncomplete) {
    first.body.destroy()
    throw blobNotFound()
  }
  return { stream: new RangeStream(storage, blob, { first, offset, toError }), length: first.total - offset }
}

/**
 * Ranges are of twice the chunk size, since each is a request: with the defaults up to 80 MiB are on their way, which a line of 400
 * MiB a second needs where an answer takes 200 ms. What comes is mostly read at once, so that a sixth of that is memory enough.
 */
function rangesOf({ chunksize, concurrency }: Storage["transfer"]) {
  const size = 2 * chunksize
  return { size, atOnce: Math.max(1, Math.floor(concurrency / 2)), unread: (chunksize * concurrency) / 6 } as const
}

interface Download {
  readonly body: Readable
  readonly etag: string
  /** Bytes in the body. */
  readonly length: number
  /** Bytes of the whole blob. */
  readonly total: number
  readonly isIncomplete: boolean
}

interface DownloadOptions {
  readonly offset: number
  readonly count: number
  /** Of the content that is wanted; undefined for whatever there is. */
  readonly etag: string | undefined
  readonly signal: AbortSignal | undefined
}

async function download(
  { requests }: Storage,
  blob: BlobClient,
  { offset, count, etag, signal }: DownloadOptions,
): Promise<Download> {
  const conditions = etag === undefined ? {} : { ifMatch: etag }
  const answer = await requests.send(
    (abortSignal) => blob.download(offset, count, { abortSignal, conditions, maxRetryRequests: 0 }),
    { signal },
  )
  const { readableStreamBody: body, contentLength: length, contentRange } = answer
  const total = Number(contentRange?.split("/")[1])
  if (!(body instanceof Readable) || answer.etag === undefined || length === undefined || !Number.isSafeInteger(total)) {
    if (body instanceof Readable) body.destroy()
    throw new ServiceError({ message: "the service's answer lacks the content, or the range that it was asked for" })
  }
  body.on("error", () => {}) // It is read through its iterator, which reports errors; one after that must not end the process.
  return { body, etag: answer.etag, length, total, isIncomplete: isIncompleteCopy(answer) }
}

interface RangeStreamOptions {
  readonly first: Download
  readonly offset: number
  readonly toError: (error: unknown) => unknown
}

/**
 * Ranges in their order, some of them on their way ahead of the reader: as many as keep it from waiting, for no more than chunksize ×
 * concurrency bytes or one range. Of these it holds a sixth, and the range that is read. Whoever reads slowly has one in memory and one
 * on its way.
 */
class RangeStream extends Readable {
  readonly #storage: Storage
  readonly #blob: BlobClient
  readonly #etag: string
  readonly #end: number
  readonly #toError: (error: unknown) => unknown
  readonly #closing = new AbortController()
  readonly #segments: Segment[] = []
  readonly #unread: Unread
  /** Where the next range begins. */
  #next: number
  /** How many ranges are to be on their way beside the one that is read. */
  #ahead = 0
  /** Milliseconds for which the reader waited since the range began. */
  #waited = 0
  #since: number
  /** How many ranges in a row the reader did not wait for. */
  #unwaited = 0

  constructor(storage: Storage, blob: BlobClient, { first, offset, toError }: RangeStreamOptions) {
    super()
    this.#storage = storage
    this.#since = storage.requests.clock.now()
    this.#blob = blob
    this.#etag = first.etag
    this.#end = first.total
    this.#toError = toError
    this.#unread = new Unread(rangesOf(storage.transfer).unread)
    this.#next = offset + first.length
    if (first.length > 0) this.#segments.push(this.#segment(offset, this.#next, first.body))
    else first.body.destroy()
  }

  override _read(): void {
    this.#chunk().then(
      (chunk) => this.push(chunk),
      (error: unknown) => this.#fail(error),
    )
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#closing.abort()
    for (const segment of this.#segments) segment.destroy()
    this.#unread.end()
    callback(error)
  }

  #fail(error: unknown): void {
    const reported = this.#toError(error)
    this.destroy(reported instanceof Error ? reported : new Error(String(reported)))
  }

  /** The next bytes, never none; null at the end. */
  async #chunk(): Promise<Uint8Array | null> {
    for (;;) {
      const [segment] = this.#segments
      if (segment === undefined) return null
      const begun = this.#storage.requests.clock.now()
      const chunk = await segment.next()
      this.#waited += this.#storage.requests.clock.now() - begun
      if (chunk !== undefined) return chunk
      this.#segments.shift()
      this.#unread.changed()
      this.#adapt()
      this.#fill()
    }
  }

  /**
   * After each range: as many ahead as may be where the reader spent most of its time on waiting, since each step to get there would cost
   * a round trip. Ranges that are on their way side by side arrive at about the same time, so that many without a wait say that the
   * reader is slow, and few do not.
   */
  #adapt(): void {
    const { atOnce } = rangesOf(this.#storage.transfer)
    const now = this.#storage.requests.clock.now()
    if (this.#waited > (now - this.#since) / 2) {
      this.#ahead = atOnce - 1
      this.#unwaited = 0
    } else if (++this.#unwaited > 2 * atOnce) {
      this.#ahead = Math.min(atOnce - 1, Math.max(1, Math.floor(this.#ahead / 2)))
      this.#unwaited = 0
    }
    this.#waited = 0
    this.#since = now
  }

  #fill(): void {
    const { size } = rangesOf(this.#storage.transfer)
    while (this.#segments.length <= this.#ahead && this.#next < this.#end && !this.destroyed) {
      const start = this.#next
      this.#next = Math.min(this.#end, start + size)
      this.#segments.push(this.#segment(start, this.#next, undefined))
    }
  }

  #segment(start: number, end: number, body: Readable | undefined): Segment {
    const open = async (offset: number): Promise<Readable> => {
      const options = { offset, count: end - offset, etag: this.#etag, signal: this.#closing.signal }
      try {
        return (await download(this.#storage, this.#blob, options)).body
      } catch (error) {
        if (!hasErrorCode(error, "ConditionNotMet", "BlobNotFound")) throw error
        const message = brokenAt(offset, this.#end, "the content was changed or removed")
        throw new ServiceError({ message, status: 412, errorCode: contentChanged })
      }
    }
    const describe = (offset: number, reason: string) => brokenAt(offset, this.#end, reason)
    const segment: Segment = new Segment({
      start,
      end,
      body,
      open,
      describe,
      unread: this.#unread,
      isNext: () => this.#segments[0] === segment,
      requests: this.#storage.requests,
      signal: this.#closing.signal,
    })
    return segment
  }
}

function brokenAt(position: number, end: number, reason: string): string {
  return `reading broke off at byte ${position} of ${end}: ${reason}`
}

/** Of an error that a reader ends with since the content at its path is another one by then. */
const contentChanged = "ContentChanged"

/** The whole content of a blob, in memory of its own: one that was replaced meanwhile is read anew. */
export async function readWhole(storage: Storage, blob: BlobClient, signal: AbortSignal | undefined): Promise<Uint8Array> {
  for (let changes = 1; ; changes++) {
    const reader = await openReader(storage, blob, { offset: 0, signal, toError: (error) => error })
    const abort = () => reader.stream.destroy(signal?.reason)
    signal?.addEventListener("abort", abort, { once: true })
    try {
      return await readAll(reader)
    } catch (error) {
      if (!hasErrorCode(error, contentChanged) || changes === mostChanges) throw error
    } finally {
      signal?.removeEventListener("abort", abort)
    }
  }
}

async function readAll({ stream, length }: OpenedReader): Promise<Uint8Array> {
  const content = new Uint8Array(length)
  let position = 0
  for await (const chunk of stream) {
    content.set(chunk, position)
    position += chunk.length
  }
  return content
}
