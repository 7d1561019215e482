import { Readable } from "node:stream"
import {
  type CallOptions,
  type FileInfo,
  type FileWriter,
  InvalidOffsetError,
  PathNotFoundError,
  type ReaderOptions,
  type StorageDriver,
  StorageDriverError,
  type WalkFunction,
  type WalkOptions,
  type WriterOptions,
} from "storage-driver-conformance"
import { checkDirectoryPath, checkPath, driverName, unlessAborted } from "./calls.ts"
import type { FoundFile, RedisStorage } from "./storage.ts"
import { RedisWriter } from "./writer.ts"

/** Bytes of a stream that are asked for at a time. */
const readLength = 1024 ** 2

/** Files in Redis: whole, in its memory, up to the 512 MiB that a value may have. */
export class RedisDriver implements StorageDriver {
  readonly name = driverName
  readonly #storage: RedisStorage

  constructor(storage: RedisStorage) {
    this.#storage = storage
  }

  async getContent(path: string, options?: CallOptions): Promise<Uint8Array> {
    checkPath(path, options)
    const content = await unlessAborted(options, path, this.#storage.readAll(path))
    if (content === undefined) throw new PathNotFoundError({ driverName, path })
    return content
  }

  async putContent(path: string, content: Uint8Array, options?: CallOptions): Promise<void> {
    checkPath(path, options)
    await unlessAborted(options, path, this.#storage.put(path, content))
  }

  async reader(path: string, options?: ReaderOptions): Promise<Readable> {
    const { offset = 0, signal } = options ?? {}
    signal?.throwIfAborted()
    if (!Number.isSafeInteger(offset) || offset < 0) throw new InvalidOffsetError({ driverName, path, offset })
    checkPath(path, options)
    const file = await this.#file(path, options)
    const stream = Readable.from(this.#read(path, file, offset), { objectMode: false })
    const abort = () => stream.destroy(signal?.reason)
    signal?.addEventListener("abort", abort, { once: true })
    stream.once("close", () => signal?.removeEventListener("abort", abort))
    return stream
  }

  async writer(path: string, options?: WriterOptions): Promise<FileWriter> {
    checkPath(path, options)
    const size = options?.append === true ? await this.#sizeToResume(path, options) : undefined
    if (size === undefined) await unlessAborted(options, path, this.#storage.beginUpload(path))
    return new RedisWriter(this.#storage, path, size ?? 0)
  }

  async stat(path: string, options?: CallOptions): Promise<FileInfo> {
    checkDirectoryPath(path, options)
    const found = path === "/" ? "directory" : await unlessAborted(options, path, this.#storage.look(path))
    if (found === undefined) throw new PathNotFoundError({ driverName, path })
    if (found === "directory") return { path, size: 0, modTime: new Date(0), isDirectory: true }
    const { size, modTime } = found
    return { path, size, modTime, isDirectory: false }
  }

  async list(path: string, options?: CallOptions): Promise<string[]> {
    checkDirectoryPath(path, options)
    const children = await unlessAborted(options, path, this.#storage.children(path))
    if (children.length === 0 && path !== "/") throw new PathNotFoundError({ driverName, path })
    return children
  }

  async move(sourcePath: string, destinationPath: string, options?: CallOptions): Promise<void> {
    checkPath(sourcePath, options)
    checkPath(destinationPath)
    const moved = await unlessAborted(options, sourcePath, this.#storage.move(sourcePath, destinationPath))
    if (!moved) throw new PathNotFoundError({ driverName, path: sourcePath })
  }

  async delete(path: string, options?: CallOptions): Promise<void> {
    checkPath(path, options)
    if (!(await unlessAborted(options, path, this.#storage.remove(path)))) throw new PathNotFoundError({ driverName, path })
  }

  async redirectURL(path: string, options?: CallOptions): Promise<undefined> {
    checkPath(path, options)
    return undefined
  }

  async walk(path: string, visit: WalkFunction, options?: WalkOptions): Promise<void> {
    checkDirectoryPath(path, options)
    await this.#walk(await this.list(path, options), visit, options)
  }

  async close(): Promise<void> {
    this.#storage.close()
  }

  /** In the order of paths taken name by name, in which all that is below a directory comes right behind it. */
  async #walk(paths: readonly string[], visit: WalkFunction, options?: WalkOptions): Promise<"stop" | undefined> {
    const after = options?.startAfter
    for (const path of paths.toSorted((one, other) => (inOrder(one) < inOrder(other) ? -1 : 1))) {
      const isAfter = after === undefined || inOrder(path) > inOrder(after)
      if (!isAfter && after !== path && !after.startsWith(`${path}/`)) continue
      const info = await this.stat(path, options).catch(undefinedIfMissing)
      if (info === undefined) continue
      const step = isAfter ? await visit(info) : undefined
      if (step === "stop") return "stop"
      if (!info.isDirectory || step === "skip-directory") continue
      const children = await this.list(path, options).catch(undefinedIfMissing)
      if ((await this.#walk(children ?? [], visit, options)) === "stop") return "stop"
    }
    return undefined
  }

  /** Each part is asked for by itself: one of another version must not come behind those of this one. */
  async *#read(path: string, { size, version }: FoundFile, offset: number): AsyncGenerator<Uint8Array> {
    for (let start = offset; start < size; start += readLength) {
      const chunk = await this.#storage.read(path, version, start, readLength)
      if (chunk === undefined) throw new StorageDriverError({ driverName, path, message: `${path} changed while it was read` })
      yield chunk
    }
  }

  async #file(path: string, options?: CallOptions): Promise<FoundFile> {
    const found = await unlessAborted(options, path, this.#storage.look(path))
    if (found === undefined || found === "directory") throw new PathNotFoundError({ driverName, path })
    return found
  }

  /** Undefined where an upload is to begin behind an empty file. */
  async #sizeToResume(path: string, options?: CallOptions): Promise<number | undefined> {
    const pending = await unlessAborted(options, path, this.#storage.uploadSize(path))
    if (pending !== undefined || (await this.#file(path, options)).size === 0) return pending
    throw new StorageDriverError({ driverName, path, message: `${driverName}: ${path} is committed, and cannot be appended to` })
  }
}

function inOrder(path: string): string {
  return path.replaceAll("/", "\0")
}

function undefinedIfMissing(reason: unknown): undefined {
  if (!(reason instanceof PathNotFoundError)) throw reason
}
