import { type FileWriter, StorageDriverError } from "../contract.ts"
import type { Chunks } from "./chunks.ts"
import { driverName, type MemoryStorage } from "./storage.ts"

/** Writes straight into an upload of the storage, so that closing has nothing left to do. */
export class MemoryWriter implements FileWriter {
  readonly #storage: MemoryStorage
  readonly #path: string
  readonly #upload: Chunks

  constructor(storage: MemoryStorage, path: string, upload: Chunks) {
    this.#storage = storage
    this.#path = path
    this.#upload = upload
  }

  get size(): number {
    return this.#upload.size
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#requirePending()
    this.#upload.append(chunk)
  }

  async close(): Promise<void> {}

  async cancel(): Promise<void> {
    if (this.#isPending) this.#storage.uploads.delete(this.#path)
  }

  async commit(): Promise<void> {
    this.#requirePending()
    this.#storage.put(this.#path, this.#upload)
    this.#storage.uploads.delete(this.#path)
  }

  get #isPending(): boolean {
    return this.#storage.uploads.get(this.#path) === this.#upload
  }

  /** Another writer may have committed, cancelled or replaced the upload: what is committed now must not grow any more. */
  #requirePending(): void {
    if (this.#isPending) return
    throw new StorageDriverError({
      driverName,
      path: this.#path,
      message: `${driverName}: the upload to ${this.#path} was committed, cancelled or replaced by another writer`,
    })
  }
}
