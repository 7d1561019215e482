import { type FileWriter, StorageDriverError } from "../contract.ts"
import { hasCode } from "./durable.ts"
import { driverName } from "./layout.ts"
import type { Tree } from "./tree.ts"
import type { Upload } from "./uploads.ts"

/**
 * Writes to an upload. What is accepted is in the file when `write` resolves, and on the disk when `close` or `commit` does. Opening an
 * upload and closing it again changes nothing, even while another writer goes on with it.
 */
export class UploadWriter implements FileWriter {
  readonly #tree: Tree
  readonly #path: string
  readonly #upload: Upload
  readonly #released: () => void
  #size: number
  /** Whether a write that failed may have left bytes behind those accepted. */
  #torn = false
  #open = true

  /** @param released is called once, when the writer holds nothing any more */
  constructor(tree: Tree, path: string, upload: Upload, size: number, released: () => void) {
    this.#tree = tree
    this.#path = path
    this.#upload = upload
    this.#size = size
    this.#released = released
  }

  get size(): number {
    return this.#size
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (!(await this.#upload.isPending())) throw this.#lost()
    this.#torn = true
    for (let written = 0; written < chunk.byteLength; ) {
      const rest = chunk.subarray(written)
      written += (await this.#upload.handle.write(rest, { position: this.#size + written })).bytesWritten
    }
    this.#torn = false
    this.#size += chunk.byteLength
  }

  async close(): Promise<void> {
    if (!this.#open) return
    if (this.#torn) await this.#upload.handle.truncate(this.#size)
    await this.#upload.sync()
    await this.release()
  }

  async cancel(): Promise<void> {
    await this.#upload.remove()
    await this.release()
  }

  /** The upload is claimed first: what another writer of it may still write is cut off, and never reaches the committed content. */
  async commit(): Promise<void> {
    try {
      await this.#upload.claim()
      await this.#upload.handle.truncate(this.#size)
      await this.#upload.handle.sync()
      await this.#tree.publish(this.#upload.file, this.#path)
    } catch (error) {
      throw hasCode(error, "ENOENT") ? this.#lost(error) : error
    }
    await this.release()
  }

  /** Closes the file. The upload stays as it is. */
  async release(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    this.#released()
    await this.#upload.release()
  }

  #lost(cause?: unknown): StorageDriverError {
    return new StorageDriverError({
      driverName,
      path: this.#path,
      message: `${driverName}: the upload to ${this.#path} was committed, cancelled or replaced by another writer`,
      cause,
    })
  }
}
