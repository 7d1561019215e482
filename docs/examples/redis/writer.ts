import { type FileWriter, StorageDriverError } from "storage-driver-conformance"
import type { RedisStorage, Upload } from "./storage.ts"

/** Appends to an upload that is in Redis from its first byte on, so that closing has nothing left to do. */
export class RedisWriter implements FileWriter {
  readonly #storage: RedisStorage
  readonly #path: string
  #upload: Upload

  constructor(storage: RedisStorage, path: string, upload: Upload) {
    this.#storage = storage
    this.#path = path
    this.#upload = upload
  }

  get size(): number {
    return this.#upload.size
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (!(await this.#storage.append(this.#path, this.#upload, chunk))) throw this.#lost()
    this.#upload = { ...this.#upload, size: this.size + chunk.byteLength }
  }

  async close(): Promise<void> {}

  cancel(): Promise<void> {
    return this.#storage.cancel(this.#path, this.#upload)
  }

  async commit(): Promise<void> {
    if (!(await this.#storage.commit(this.#path, this.#upload))) throw this.#lost()
  }

  #lost(): StorageDriverError {
    const message = `redis: another writer has gone on with the upload to ${this.#path}, or it was committed or cancelled`
    return new StorageDriverError({ driverName: "redis", path: this.#path, message })
  }
}
