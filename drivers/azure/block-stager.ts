import { createHash } from "node:crypto"
import type { BlockBlobClient } from "@azure/storage-blob"
import type { Requests } from "./request.ts"
import { unlessAborted } from "./unless-aborted.ts"

export interface Block {
  readonly id: string
  readonly buffer: Buffer
  /** Bytes of the buffer that are content. */
  readonly length: number
}

/**
 * Stages the blocks of one writer, several at once. A failure ends it: what is on its way is aborted, and all later calls throw it.
 *
 * The buffers of blocks that are staged are used again: garbage of this size is collected so late that it would take more memory
 * than what is on its way.
 */
export class BlockStager {
  readonly #blob: BlockBlobClient
  readonly #requests: Requests
  readonly #inFlight = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #unused: Buffer[] = []
  #failure: { readonly error: unknown } | undefined

  constructor(blob: BlockBlobClient, requests: Requests) {
    this.#blob = blob
    this.#requests = requests
  }

  /** A buffer of this size, to be filled and given to {@link add}. */
  bufferOf(size: number): Buffer {
    this.#unused = this.#unused.filter(({ length }) => length === size)
    return this.#unused.pop() ?? Buffer.allocUnsafeSlow(size)
  }

  /**
   * Begins to stage a block; resolves when there is room for it among those on their way.
   *
   * @param block its first `length` bytes are the content
   * @param window how many blocks may be on their way at once
   */
  async add({ id, buffer, length }: Block, window: number, signal: AbortSignal | undefined): Promise<void> {
    await this.#settle(window - 1, signal)
    const staging = this.#stage({ id, buffer, length }, window)
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
    this.#unused = []
    this.#stopping.abort(error)
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** The service compares the checksum with what has arrived. Each block has the time of a whole window, which shares the line. */
  async #stage({ id, buffer, length }: Block, window: number): Promise<void> {
    const content = buffer.subarray(0, length)
    const transactionalContentMD5 = checksumOf(content)
    let tries = 0
    await this.#requests.send(
      (abortSignal) => {
        tries++
        return this.#blob.stageBlock(id, content, length, { abortSignal, transactionalContentMD5 })
      },
      { signal: this.#stopping.signal, bytes: length * window },
    )
    // A try that was given up may still be sending it.
    if (tries === 1) this.#unused.push(buffer)
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
