import type { Readable } from "node:stream"
import { ServiceError } from "./errors.ts"
import type { Requests } from "./request.ts"
import type { Unread } from "./unread.ts"

export interface SegmentOptions {
  /** First byte in the content, and the byte after the last. */
  readonly start: number
  readonly end: number
  /** A connection that gives it from the first byte on, if one is open already. */
  readonly body: Readable | undefined
  /** Opens a connection that gives the rest from an offset on. */
  readonly open: (offset: number) => Promise<Readable>
  /** The message for a failure at an offset. */
  readonly describe: (offset: number, reason: string) => string
  /** Of all ranges of the reader. */
  readonly unread: Unread
  /** Whether this is the range that is read now. */
  readonly isNext: () => boolean
  readonly requests: Requests
  readonly signal: AbortSignal
}

/**
 * A range of a content that is read as fast as it comes, where there is room, and kept until it is asked for.
 *
 * The SDK gives up when a connection is cut in the middle of the content and waits for ever when it stalls. Here the rest is asked
 * for anew; connections that break one after the other without a byte from any of them are given up like any request.
 */
export class Segment {
  readonly #options: SegmentOptions
  readonly #chunks: Uint8Array[] = []
  #body: Readable | undefined
  #state: "running" | "complete" | { readonly error: unknown } = "running"
  #change = Promise.withResolvers<void>()

  constructor(options: SegmentOptions) {
    this.#options = options
    this.#run().then(
      () => this.#enter("complete"),
      (error: unknown) => this.#enter({ error }),
    )
  }

  /** The next bytes, or undefined at the end of the range. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) this.#options.unread.taken(chunk.length)
      if (chunk !== undefined || this.#state === "complete") return chunk
      if (this.#state !== "running") throw this.#state.error
      await this.#change.promise
    }
  }

  destroy(): void {
    this.#body?.destroy()
    this.#chunks.length = 0
  }

  #enter(state: "complete" | { readonly error: unknown }): void {
    this.#state = state
    this.#change.resolve()
  }

  async #run(): Promise<void> {
    const { start, end, open, describe, requests, signal } = this.#options
    let position = start
    let fruitless = 0
    let body = this.#options.body
    while (position < end) {
      body ??= await open(position)
      const before = position
      const broken = await this.#readFrom(body, (chunk) => {
        position += chunk.length
      })
      body = undefined
      signal.throwIfAborted()
      if (position >= end) return
      fruitless = position > before ? 1 : fruitless + 1
      if (fruitless > requests.maxRetries) throw new ServiceError({ message: describe(position, broken) })
      await requests.backOff(fruitless, signal)
    }
  }

  /** @returns how the connection ended */
  async #readFrom(body: Readable, count: (chunk: Uint8Array) => void): Promise<string> {
    this.#body = body
    const { unread, isNext, requests } = this.#options
    const { tryLimit, clock } = requests
    const startTimer = () => clock.startTimer(tryLimit, () => body.destroy(new Error(`no byte came for ${tryLimit / 1_000} s`)))
    let timer = startTimer()
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        timer.restart()
        count(chunk)
        this.#chunks.push(chunk)
        unread.came(chunk.length)
        this.#change.resolve()
        this.#change = Promise.withResolvers()
        const room = unread.room(isNext)
        if (room === undefined) continue
        timer.stop()
        await room
        timer = startTimer()
      }
      return "the connection ended before the content"
    } catch (error) {
      return ServiceError.from(error).message
    } finally {
      timer.stop()
    }
  }
}
