import { createHash } from "node:crypto"
import type { BlockBlobClient } from "@azure/storage-blob"
import type { Requests } from "./request.ts"
import { unlessAborted } from "./unless-aborted.ts"

/** Stages the blocks of one writer, several at once. A failure ends it: what is on its way is aborted, and all later calls throw it. */
export class BlockStager {
  readonly #blob: BlockBlobClient
  readonly #requests: Requests
  readonly #inFlight = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #failure: { readonly error: unknown } | undefined

  constructor(blob: BlockBlobClient, requests: Requests) {
    this.#blob = blob
    this.#requests = requests
  }

  /**
   * Begins to stage a block; resolves when there is room for the next.
   *
   * @param window how many blocks may be on their way at once
   */
  async add(id: string, content: Uint8Array, window: number, signal: AbortSignal | undefined): Promise<void> {
    await this.#settle(window - 1, signal)
    const staging = this.#stage(id, content, window)
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.#inFlight.delete(staging))
    this.#inFlight.add(staging)
  }

  /** Resolves when all blocks are staged. */
  async drain(signal: AbortSignal | undefined): Promise<void> {
    await this.#settle(0, signal)
  }

  /** Aborts what is on its way; the service may have it all the same. Later calls throw. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#stopping.abort(error)
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** The service compares the checksum with what has arrived. Each block has the time of a whole window, which shares the line. */
  async #stage(id: string, content: Uint8Array, window: number): Promise<void> {
    const transactionalContentMD5 = checksumOf(content)
    await this.#requests.send(
      (abortSignal) => this.#blob.stageBlock(id, content, content.length, { abortSignal, transactionalContentMD5 }),
      { signal: this.#stopping.signal, bytes: content.length * window },
    )
  }

  async #settle(atMost: number, signal: AbortSignal | undefined): Promise<void> {
    this.throwIfFailed()
    signal?.throwIfAborted()
    while (this.#inFlight.size > atMost) {
      await unlessAborted(Promise.race(this.#inFlight), signal)
      this.throwIfFailed()
    }
  }
}

/** MD5, which costs 1.3 ms a MiB; the other that the service knows, its own CRC64, has no native implementation here. */
export function checksumOf(content: Uint8Array): Uint8Array {
  return createHash("md5").update(content).digest()
}
