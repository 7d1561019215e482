import { Readable } from "node:stream"
import {
  type FileInfo,
  type FileWriter,
  PathNotFoundError,
  type ReaderOptions,
  type StorageDriver,
  StorageDriverError,
  type WalkFunction,
  type WalkOptions,
  type WriterOptions,
  walkByListing,
} from "storage-driver-conformance"
import type { FoundFile, RedisStorage, Upload } from "./storage.ts"
import { RedisWriter } from "./writer.ts"

export const driverName = "redis"

/** Bytes of a stream that are asked for at a time. */
const readLength = 1024 ** 2

/** Files in Redis: whole, in its memory, up to the 512 MiB that a value may have. It takes checked arguments only. */
export class RedisDriver implements StorageDriver {
  readonly name = driverName
  readonly #storage: RedisStorage

  constructor(storage: RedisStorage) {
    this.#storage = storage
  }

  async getContent(path: string): Promise<Uint8Array> {
    const content = await this.#storage.readAll(path)
    if (content === undefined) throw new PathNotFoundError({ driverName, path })
    return content
  }

  async putContent(path: string, content: Uint8Array): Promise<void> {
    await this.#storage.put(path, content)
  }

  async reader(path: string, { offset = 0 }: ReaderOptions = {}): Promise<Readable> {
    return Readable.from(this.#read(path, await this.#file(path), offset), { objectMode: false })
  }

  async writer(path: string, { append = false }: WriterOptions = {}): Promise<FileWriter> {
    const pending = append ? await this.#uploadToResume(path) : undefined
    return new RedisWriter(this.#storage, path, pending ?? (await this.#storage.beginUpload(path)))
  }

  async stat(path: string): Promise<FileInfo> {
    const found = path === "/" ? "directory" : await this.#storage.look(path)
    if (found === undefined) throw new PathNotFoundError({ driverName, path })
    if (found === "directory") return { path, size: 0, modTime: new Date(0), isDirectory: true }
    const { size, modTime } = found
    return { path, size, modTime, isDirectory: false }
  }

  async list(path: string): Promise<string[]> {
    const children = await this.#storage.children(path)
    if (children.length === 0 && path !== "/") throw new PathNotFoundError({ driverName, path })
    return children
  }

  async move(sourcePath: string, destinationPath: string): Promise<void> {
    const moved = await this.#storage.move(sourcePath, destinationPath)
    if (!moved) throw new PathNotFoundError({ driverName, path: sourcePath })
  }

  async delete(path: string): Promise<void> {
    if (!(await this.#storage.remove(path))) throw new PathNotFoundError({ driverName, path })
  }

  async redirectURL(): Promise<undefined> {}

  walk(path: string, visit: WalkFunction, options?: WalkOptions): Promise<void> {
    return walkByListing(this, path, visit, options)
  }

  async close(): Promise<void> {
    this.#storage.close()
  }

  /** Each part is asked for by itself: one of another version must not come behind those of this one. */
  async *#read(path: string, { size, version }: FoundFile, offset: number): AsyncGenerator<Uint8Array> {
    for (let start = offset; start < size; start += readLength) {
      const chunk = await this.#storage.read(path, version, start, readLength)
      if (chunk === undefined) throw new StorageDriverError({ driverName, path, message: `${path} changed while it was read` })
      yield chunk
    }
  }

  async #file(path: string): Promise<FoundFile> {
    const found = await this.#storage.look(path)
    if (found === undefined || found === "directory") throw new PathNotFoundError({ driverName, path })
    return found
  }

  /** Undefined where an upload is to begin behind an empty file. */
  async #uploadToResume(path: string): Promise<Upload | undefined> {
    const pending = await this.#storage.findUpload(path)
    if (pending !== undefined || (await this.#file(path)).size === 0) return pending
    throw new StorageDriverError({ driverName, path, message: `${driverName}: ${path} is committed, and cannot be appended to` })
  }
}
