import { type CallOptions, type FileWriter, StorageDriverError } from "storage-driver-conformance"
import { driverName, unlessAborted } from "./calls.ts"
import type { RedisStorage } from "./storage.ts"

/** Appends to an upload that is in Redis from its first byte on, so that closing has nothing left to do. */
export class RedisWriter implements FileWriter {
  readonly #storage: RedisStorage
  readonly #path: string
  #size: number
  #state: "open" | "committed" | "closed" = "open"
  /** Settles with the last append, which may go on when its caller has gone. */
  #appended: Promise<unknown> = Promise.resolve()

  constructor(storage: RedisStorage, path: string, size: number) {
    this.#storage = storage
    this.#path = path
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  async write(chunk: Uint8Array, options?: CallOptions): Promise<void> {
    this.#demandOpen(options)
    const append = this.#storage.append(this.#path, chunk)
    this.#appended = append.catch(() => {})
    await unlessAborted(options, this.#path, append)
    this.#size += chunk.byteLength
  }

  async close(options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    if (this.#state !== "committed") this.#demandOpen()
    // Whoever resumes the upload is to find all that it will ever have.
    await unlessAborted(options, this.#path, this.#appended)
    this.#state = "closed"
  }

  async cancel(options?: CallOptions): Promise<void> {
    this.#demandOpen(options)
    await unlessAborted(options, this.#path, this.#storage.cancel(this.#path))
    this.#state = "closed"
  }

  async commit(options?: CallOptions): Promise<void> {
    this.#demandOpen(options)
    const committed = await unlessAborted(options, this.#path, this.#storage.commit(this.#path))
    if (!committed) throw this.#error("the upload was committed or cancelled by another writer")
    this.#state = "committed"
  }

  #demandOpen(options?: CallOptions): void {
    options?.signal?.throwIfAborted()
    if (this.#state !== "open") throw this.#error(`the writer is ${this.#state}`)
  }

  #error(what: string): StorageDriverError {
    return new StorageDriverError({ driverName, path: this.#path, message: `${driverName}: ${this.#path}: ${what}` })
  }
}
