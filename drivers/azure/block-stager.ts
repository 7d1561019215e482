import type { BlockBlobClient } from "@azure/storage-blob"
import { request } from "./request.ts"

/** How many blocks are on their way at once. */
const windowSize = 4

/** Stages the blocks of one writer, several at once. A failure ends it: all later calls throw the first one. */
export class BlockStager {
  readonly #blob: BlockBlobClient
  readonly #inFlight = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #failure: { readonly error: unknown } | undefined

  constructor(blob: BlockBlobClient) {
    this.#blob = blob
  }

  /** Begins to stage a block; resolves when there is room for the next. */
  async add(id: string, content: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    await this.#settle(windowSize - 1, signal)
    const staging = this.#stage(id, content)
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.#inFlight.delete(staging))
    this.#inFlight.add(staging)
  }

  /** Resolves when all blocks are staged. */
  async drain(signal: AbortSignal | undefined): Promise<void> {
    await this.#settle(0, signal)
  }

  /** Aborts what is on its way and waits until none of it can arrive any more. Later calls throw. */
  async stop(error: unknown): Promise<void> {
    this.fail(error)
    this.#stopping.abort(error)
    await Promise.all(this.#inFlight)
  }

  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #stage(id: string, content: Uint8Array): Promise<void> {
    await request((abortSignal) => this.#blob.stageBlock(id, content, content.length, { abortSignal }), {
      signal: this.#stopping.signal,
      bytes: content.length,
    })
  }

  async #settle(atMost: number, signal: AbortSignal | undefined): Promise<void> {
    this.throwIfFailed()
    while (this.#inFlight.size > atMost) {
      await unlessAborted(Promise.race(this.#inFlight), signal)
      this.throwIfFailed()
    }
  }
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener("abort", abort, { once: true })
  try {
    await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener("abort", abort)
  }
}
