import type { Readable } from "node:stream"
import { withArgumentChecks } from "../base.ts"
import type {
  CallOptions,
  FileInfo,
  FileWriter,
  ReaderOptions,
  RedirectOptions,
  StorageDriver,
  WalkFunction,
  WalkOptions,
  WriterOptions,
} from "../contract.ts"
import { blobProperties, isIncompleteCopy } from "./blob.ts"
import { openStorage, type Storage, type StorageOptions } from "./client.ts"
import type { CopyPolling } from "./copy.ts"
import { deleteTree } from "./delete.ts"
import { blobNotFound, driverName, toDriverError } from "./errors.ts"
import { children, hasDescendants } from "./list.ts"
import { moveBlob } from "./move.ts"
import type { AzureParameters } from "./parameters.ts"
import { putBlob } from "./put.ts"
import { openReader, readWhole } from "./reader.ts"
import { walkTree } from "./walk.ts"
import { openWriter } from "./writer.ts"

/** Milliseconds that a URL of `redirectURL` works, as in Distribution. */
const redirectLifetime = 20 * 60_000

/** A driver over the block blobs of one container. Instances share nothing but the service. */
export function connect(parameters: AzureParameters, options: StorageOptions = {}): StorageDriver {
  return withArgumentChecks(new AzureDriver(parameters, options))
}

class AzureDriver implements StorageDriver {
  readonly name = driverName
  readonly #storage: Storage
  readonly #polling: CopyPolling

  constructor(parameters: AzureParameters, options: StorageOptions) {
    this.#storage = openStorage(parameters, options)
    this.#polling = { maxRetry: parameters.copy_status_poll_max_retry, delay: parameters.copy_status_poll_delay }
  }

  async getContent(path: string, { signal }: CallOptions = {}): Promise<Uint8Array> {
    return inTermsOfTheContract("read", path, signal, () => readWhole(this.#storage, this.#storage.blob(path), signal))
  }

  async putContent(path: string, content: Uint8Array, { signal }: CallOptions = {}): Promise<void> {
    await inTermsOfTheContract("store", path, signal, () => putBlob(this.#storage, this.#storage.blob(path), content, signal))
  }

  async reader(path: string, { offset = 0, signal }: ReaderOptions = {}): Promise<Readable> {
    const toError = (error: unknown) => toDriverError(error, "read", path, signal)
    return inTermsOfTheContract("read", path, signal, async () => {
      const { stream } = await openReader(this.#storage, this.#storage.blob(path), { offset, signal, toError })
      return stream
    })
  }

  async writer(path: string, { append = false, signal }: WriterOptions = {}): Promise<FileWriter> {
    return inTermsOfTheContract("open an upload to", path, signal, () =>
      openWriter({ storage: this.#storage, blob: this.#storage.blob(path), path }, { append, signal }),
    )
  }

  async stat(path: string, { signal }: CallOptions = {}): Promise<FileInfo> {
    return inTermsOfTheContract("look up", path, signal, async () => {
      if (path !== "/") {
        const found = await blobProperties(this.#storage.requests, this.#storage.blob(path), signal)
        if (found !== undefined && !isIncompleteCopy(found)) {
          return { path, size: found.size, modTime: found.lastModified, isDirectory: false }
        }
      }
      const prefix = this.#storage.names.ofDirectory(path)
      const isDirectory = await hasDescendants(this.#storage, { prefix, signal })
      if (!isDirectory && path !== "/") throw blobNotFound()
      return { path, size: 0, modTime: new Date(0), isDirectory: true }
    })
  }

  async list(path: string, { signal }: CallOptions = {}): Promise<string[]> {
    return inTermsOfTheContract("list", path, signal, async () => {
      const { names } = this.#storage
      const paths = new Set<string>()
      let isEmpty = true
      for await (const { name } of children(this.#storage, { prefix: names.ofDirectory(path), signal })) {
        isEmpty = false
        const child = names.toPath(name)
        if (child !== undefined && child !== path) paths.add(child)
      }
      if (isEmpty && path !== "/") throw blobNotFound()
      return [...paths].toSorted()
    })
  }

  async move(sourcePath: string, destinationPath: string, { signal }: CallOptions = {}): Promise<void> {
    await inTermsOfTheContract("move", sourcePath, signal, () => {
      const storage = this.#storage
      const [source, destination] = [storage.blob(sourcePath), storage.blob(destinationPath)]
      return moveBlob({ storage, source, destination, polling: this.#polling, signal })
    })
  }

  async delete(path: string, { signal }: CallOptions = {}): Promise<void> {
    await inTermsOfTheContract("delete", path, signal, () => deleteTree(this.#storage, path, signal))
  }

  async redirectURL(path: string, { signal }: RedirectOptions = {}): Promise<string | undefined> {
    return inTermsOfTheContract("sign a URL for", path, signal, () =>
      this.#storage.signUrl(this.#storage.blob(path), redirectLifetime, signal),
    )
  }

  /** What the visitor throws reaches the caller as it is by way of the checks in front of this driver. */
  async walk(path: string, visit: WalkFunction, options: WalkOptions = {}): Promise<void> {
    await inTermsOfTheContract("walk", path, options.signal, () => walkTree(this.#storage, path, visit, options))
  }
}

async function inTermsOfTheContract<T>(
  operation: string,
  path: string,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw toDriverError(error, operation, path, signal)
  }
}
