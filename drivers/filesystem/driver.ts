import { randomUUID } from "node:crypto"
import { constants } from "node:fs"
import { type FileHandle, open, readdir, stat, unlink } from "node:fs/promises"
import { join } from "node:path"
import type { Readable } from "node:stream"
import {
  type CallOptions,
  type FileInfo,
  type FileWriter,
  isValidPath,
  PathNotFoundError,
  type ReaderOptions,
  type StorageDriver,
  StorageDriverError,
  type WalkFunction,
  type WalkOptions,
  type WriterOptions,
} from "../contract.ts"
import { walkByListing } from "../walk.ts"
import { unlessMissing } from "./durable.ts"
import { driverName, type Layout } from "./layout.ts"
import { Slots } from "./slots.ts"
import { Tree } from "./tree.ts"
import { type Upload, Uploads } from "./uploads.ts"
import { UploadWriter } from "./writer.ts"

/**
 * One instance on a root directory; it takes checked arguments only. Content is written aside, brought to the disk and then renamed
 * into place, so that readers see the old content or the new, and what a call has stored outlives the process and the machine.
 *
 * Where the contract leaves a choice: a file and a directory at one path are refused; a directory goes with its last file; reading a
 * directory or listing a file is PathNotFound; only files are moved; reading beyond the end gives nothing; an open stream keeps the
 * content it began with; a writer leaves the older content readable until its commit; `append` where nothing is is PathNotFound, and
 * refused where committed bytes are, unless an upload is pending there; `delete` and `putContent` leave pending uploads alone.
 */
export class FilesystemDriver implements StorageDriver {
  readonly name = driverName
  readonly #temporaryFolder: string
  readonly #tree: Tree
  readonly #uploads: Uploads
  readonly #slots: Slots
  readonly #writers = new Set<UploadWriter>()

  /** @param concurrentCalls how many calls run at a time; streams, writers and walks that are open are not counted */
  constructor(layout: Layout, concurrentCalls: number) {
    this.#temporaryFolder = layout.temporary
    this.#tree = new Tree(layout)
    this.#uploads = new Uploads(layout.uploads)
    this.#slots = new Slots(concurrentCalls)
  }

  getContent(path: string, options?: CallOptions): Promise<Uint8Array> {
    return this.#read(path, options, async (realPath) => {
      await using handle = await openFile(realPath, path)
      return await handle.readFile(options)
    })
  }

  putContent(path: string, content: Uint8Array, options?: CallOptions): Promise<void> {
    return this.#slots.run(options?.signal, async () => {
      await this.#tree.requirePlaceForFile(path)
      const file = join(this.#temporaryFolder, randomUUID())
      try {
        await writeDurably(file, content, options)
        options?.signal?.throwIfAborted()
        await this.#tree.publish(file, path)
      } catch (error) {
        await unlessMissing(unlink(file))
        throw error
      }
    })
  }

  reader(path: string, options?: ReaderOptions): Promise<Readable> {
    return this.#read(path, options, async (realPath) => {
      const handle = await openFile(realPath, path)
      return handle.createReadStream({ start: options?.offset ?? 0 })
    })
  }

  writer(path: string, options?: WriterOptions): Promise<FileWriter> {
    return this.#slots.run(options?.signal, async () => {
      await this.#tree.requirePlaceForFile(path)
      const upload =
        (options?.append === true ? await this.#uploadToResume(path) : undefined) ?? (await this.#uploads.create(path))
      const { size } = await upload.handle.stat()
      const writer: UploadWriter = new UploadWriter(this.#tree, path, upload, size, () => this.#writers.delete(writer))
      this.#writers.add(writer)
      return writer
    })
  }

  stat(path: string, options?: CallOptions): Promise<FileInfo> {
    return this.#read(path, options, async (realPath) => {
      const info = await stat(realPath)
      const isDirectory = info.isDirectory()
      return { path, size: isDirectory ? 0 : info.size, modTime: info.mtime, isDirectory }
    })
  }

  list(path: string, options?: CallOptions): Promise<string[]> {
    return this.#read(path, options, async (realPath) => {
      const names = await readdir(realPath)
      const parent = path === "/" ? "" : path
      // A name that no path has, that of the driver's own state for one, is none of the storage's.
      return names.map((name) => `${parent}/${name}`).filter(isValidPath)
    })
  }

  move(sourcePath: string, destinationPath: string, options?: CallOptions): Promise<void> {
    return this.#slots.run(options?.signal, () => this.#tree.move(sourcePath, destinationPath))
  }

  delete(path: string, options?: CallOptions): Promise<void> {
    return this.#slots.run(options?.signal, () => this.#tree.delete(path))
  }

  async redirectURL(): Promise<undefined> {}

  walk(path: string, visit: WalkFunction, options?: WalkOptions): Promise<void> {
    return walkByListing(this, path, visit, options)
  }

  /** Closes the files of writers that are still open; their uploads stay. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#writers, (writer) => writer.release()))
  }

  #read<Value>(path: string, options: CallOptions | undefined, use: (realPath: string) => Promise<Value>): Promise<Value> {
    return this.#slots.run(options?.signal, () => this.#tree.read(path, use))
  }

  async #uploadToResume(path: string): Promise<Upload | undefined> {
    const pending = await this.#uploads.resume(path)
    if (pending !== undefined) return pending
    const { size } = await this.#tree.read(path, stat)
    if (size === 0) return undefined
    throw new StorageDriverError({
      driverName,
      path,
      message: `${driverName}: ${path} has committed content, and appending to that is not supported`,
    })
  }
}

async function openFile(realPath: string, path: string): Promise<FileHandle> {
  const handle = await open(realPath, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    if (!(await handle.stat()).isDirectory()) return handle
    const message = `${driverName}: path not found: ${path} is a directory, not a file`
    throw new PathNotFoundError({ driverName, path, message })
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function writeDurably(file: string, content: Uint8Array, options: CallOptions | undefined): Promise<void> {
  await using handle = await open(file, "wx")
  await handle.writeFile(content, options)
  await handle.sync()
}
