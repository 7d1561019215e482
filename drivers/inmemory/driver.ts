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
} from "../contract.ts"
import { walkByListing } from "../walk.ts"
import { Chunks } from "./chunks.ts"
import { type Directory, driverName, isDirectory, type MemoryStorage, type StoredFile } from "./storage.ts"
import { MemoryWriter } from "./writer.ts"

/**
 * One instance on a storage in memory; it takes checked arguments only. Every call but `walk` happens at one moment.
 *
 * Where the contract leaves a choice: a file and a directory at one path are refused; a directory goes with its last file; reading a
 * directory or listing a file is PathNotFound; only files are moved; `.` and `..` are plain names; reading beyond the end gives
 * nothing; a writer leaves the older content readable until its commit; `append` where nothing is is PathNotFound, and refused where
 * committed bytes are, unless an upload is pending there; `delete` and `putContent` leave pending uploads alone.
 */
export class MemoryDriver implements StorageDriver {
  readonly name = driverName
  readonly #storage: MemoryStorage

  constructor(storage: MemoryStorage) {
    this.#storage = storage
  }

  async getContent(path: string): Promise<Uint8Array> {
    return this.#file(path).content.toBytes()
  }

  async putContent(path: string, content: Uint8Array): Promise<void> {
    this.#storage.put(path, Chunks.of(content))
  }

  async reader(path: string, options?: ReaderOptions): Promise<Readable> {
    return Readable.from(this.#file(path).content.from(options?.offset ?? 0), { objectMode: false })
  }

  async writer(path: string, options?: WriterOptions): Promise<FileWriter> {
    this.#storage.requirePlaceForFile(path)
    const pending = options?.append === true ? this.#uploadToResume(path) : undefined
    const upload = pending ?? new Chunks()
    this.#storage.uploads.set(path, upload)
    return new MemoryWriter(this.#storage, path, upload)
  }

  async stat(path: string): Promise<FileInfo> {
    const entry = this.#entry(path)
    if (isDirectory(entry)) return { path, size: 0, modTime: new Date(0), isDirectory: true }
    return { path, size: entry.content.size, modTime: new Date(entry.modTime), isDirectory: false }
  }

  async list(path: string): Promise<string[]> {
    const entry = this.#entry(path)
    if (!isDirectory(entry)) throw notFound(path, "is a file, not a directory")
    const parent = path === "/" ? "" : path
    return Array.from(entry.keys(), (name) => `${parent}/${name}`)
  }

  async move(sourcePath: string, destinationPath: string): Promise<void> {
    const source = this.#entry(sourcePath)
    if (isDirectory(source))
      throw new StorageDriverError({
        driverName,
        path: sourcePath,
        message: `${driverName}: ${sourcePath} is a directory: only files are moved`,
      })
    if (sourcePath === destinationPath) return
    this.#storage.put(destinationPath, source.content)
    this.#storage.remove(sourcePath)
  }

  async delete(path: string): Promise<void> {
    this.#entry(path)
    this.#storage.remove(path)
  }

  async redirectURL(): Promise<undefined> {}

  walk(path: string, visit: WalkFunction, options?: WalkOptions): Promise<void> {
    return walkByListing(this, path, visit, options)
  }

  #entry(path: string): StoredFile | Directory {
    const entry = this.#storage.find(path)
    if (entry === undefined) throw notFound(path)
    return entry
  }

  #file(path: string): StoredFile {
    const entry = this.#entry(path)
    if (isDirectory(entry)) throw notFound(path, "is a directory, not a file")
    return entry
  }

  #uploadToResume(path: string): Chunks | undefined {
    const pending = this.#storage.uploads.get(path)
    if (pending !== undefined || this.#file(path).content.size === 0) return pending
    throw new StorageDriverError({
      driverName,
      path,
      message: `${driverName}: ${path} has committed content, and appending to that is not supported`,
    })
  }
}

function notFound(path: string, reason?: string): PathNotFoundError {
  return new PathNotFoundError({
    driverName,
    path,
    ...(reason && { message: `${driverName}: path not found: ${path} ${reason}` }),
  })
}
