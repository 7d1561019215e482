import { Readable } from "node:stream"
import {
  type CallOptions,
  defineDriver,
  type FileInfo,
  type FileWriter,
  InvalidOffsetError,
  InvalidPathError,
  isValidDirectoryPath,
  isValidPath,
  PathNotFoundError,
  type StorageDriver,
  StorageDriverError,
  type WalkFunction,
} from "storage-driver-conformance"
import { type Entry, Shelf } from "./shelf.js"

const driverName = "my-driver"

/** A driver as an author would begin: everything in one map. */
class MyDriver implements StorageDriver {
  readonly name = driverName
  readonly #shelf: Shelf

  constructor(shelf: Shelf) {
    this.#shelf = shelf
  }

  async getContent(path: string, options?: CallOptions): Promise<Uint8Array> {
    return this.#file(path, options).content.slice()
  }

  async putContent(path: string, content: Uint8Array, options?: CallOptions): Promise<void> {
    this.#check(path, options)
    this.#shelf.files.set(path, { content: Uint8Array.from(content), modTime: new Date() })
  }

  async reader(path: string, { offset = 0, signal }: CallOptions & { readonly offset?: number } = {}): Promise<Readable> {
    if (offset < 0) throw new InvalidOffsetError({ driverName, path, offset })
    return Readable.from([this.#file(path, { signal }).content.slice(offset)])
  }

  async writer(path: string, { append = false, signal }: CallOptions & { readonly append?: boolean } = {}): Promise<FileWriter> {
    this.#check(path, { signal })
    const pending = this.#shelf.uploads.get(path)
    if (append && pending === undefined && this.#file(path).content.length > 0) {
      throw new StorageDriverError({ driverName, path, message: `${driverName}: ${path} is committed` })
    }
    return new MyWriter(this.#shelf, path, append ? (pending ?? []) : [])
  }

  async stat(path: string, options?: CallOptions): Promise<FileInfo> {
    this.#checkDirectory(path, options)
    const file = this.#shelf.files.get(path)
    if (file !== undefined) return { path, size: file.content.length, modTime: file.modTime, isDirectory: false }
    if (this.#below(path).length === 0 && path !== "/") throw new PathNotFoundError({ driverName, path })
    return { path, size: 0, modTime: new Date(0), isDirectory: true }
  }

  async list(path: string, options?: CallOptions): Promise<string[]> {
    await this.stat(path, options)
    const prefix = path === "/" ? "/" : `${path}/`
    return [...new Set(this.#below(path).map((below) => prefix + below.slice(prefix.length).split("/")[0]))].sort()
  }

  async move(source: string, destination: string, options?: CallOptions): Promise<void> {
    this.#check(destination, options)
    const file = this.#file(source, options)
    this.#shelf.files.delete(source)
    this.#shelf.files.set(destination, file)
  }

  async delete(path: string, options?: CallOptions): Promise<void> {
    this.#check(path, options)
    await this.stat(path)
    for (const gone of [path, ...this.#below(path)]) this.#shelf.files.delete(gone)
  }

  async redirectURL(path: string, options?: CallOptions): Promise<undefined> {
    this.#check(path, options)
  }

  async walk(
    path: string,
    visit: WalkFunction,
    { startAfter = "", signal }: CallOptions & { readonly startAfter?: string } = {},
  ): Promise<void> {
    signal?.throwIfAborted()
    await this.#walk(path, visit, startAfter)
  }

  async #walk(path: string, visit: WalkFunction, startAfter: string): Promise<"stop" | undefined> {
    for (const child of await this.list(path)) {
      const info = await this.stat(child).catch(() => undefined)
      if (info === undefined) continue
      const step = inOrder(child) > inOrder(startAfter) ? await visit(info) : undefined
      if (step === "stop") return "stop"
      if (!info.isDirectory || step === "skip-directory") continue
      if (!this.#shelf.has(child)) continue
      if ((await this.#walk(child, visit, startAfter)) === "stop") return "stop"
    }
    return undefined
  }

  #below(path: string): string[] {
    const prefix = path === "/" ? "/" : `${path}/`
    return [...this.#shelf.files.keys()].filter((key) => key.startsWith(prefix))
  }

  #file(path: string, options?: CallOptions): Entry {
    this.#check(path, options)
    const file = this.#shelf.files.get(path)
    if (file === undefined) throw new PathNotFoundError({ driverName, path })
    return file
  }

  #check(path: string, options?: CallOptions): void {
    options?.signal?.throwIfAborted()
    if (!isValidPath(path)) throw new InvalidPathError({ driverName, path })
  }

  #checkDirectory(path: string, options?: CallOptions): void {
    options?.signal?.throwIfAborted()
    if (!isValidDirectoryPath(path)) throw new InvalidPathError({ driverName, path })
  }
}

/** With "/" before every other character a path sorts as a walk goes. */
function inOrder(path: string): string {
  return path.replaceAll("/", "\0")
}

class MyWriter implements FileWriter {
  #open = true

  constructor(
    private readonly shelf: Shelf,
    private readonly path: string,
    private readonly chunks: Uint8Array[],
  ) {
    shelf.uploads.set(path, chunks)
  }

  get size(): number {
    return this.chunks.reduce((size, chunk) => size + chunk.length, 0)
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (!this.#open) throw new StorageDriverError({ driverName, path: this.path, message: `${driverName}: the writer is closed` })
    this.chunks.push(Uint8Array.from(chunk))
  }

  async close(): Promise<void> {
    this.#open = false
  }

  async cancel(): Promise<void> {
    this.#open = false
    this.shelf.uploads.delete(this.path)
  }

  async commit(): Promise<void> {
    if (!this.#open) throw new StorageDriverError({ driverName, path: this.path, message: `${driverName}: the writer is closed` })
    this.#open = false
    this.shelf.uploads.delete(this.path)
    this.shelf.files.set(this.path, { content: Buffer.concat(this.chunks), modTime: new Date() })
  }
}

export default defineDriver({
  name: driverName,
  capabilities: { scope: "process", modTimeResolution: 2 },
  async open() {
    const shelf = new Shelf()
    return { connect: async () => new MyDriver(shelf), close: async () => {} }
  },
})
