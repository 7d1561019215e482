import type { Readable } from "node:stream"
import { BlobSASPermissions, SASProtocol } from "@azure/storage-blob"
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
import { walkByListing } from "../walk.ts"
import { blobProperties, isIncompleteCopy } from "./blob.ts"
import { openStorage, type Storage } from "./client.ts"
import { deleteTree } from "./delete.ts"
import { blobNotFound, driverName, toDriverError } from "./errors.ts"
import { childNames, hasDescendants } from "./list.ts"
import { type CopyPolling, moveBlob } from "./move.ts"
import type { AzureParameters } from "./parameters.ts"
import { openReader, readAll } from "./reader.ts"
import { request } from "./request.ts"
import { openWriter } from "./writer.ts"

/** Milliseconds that a URL of `redirectURL` works, as in Distribution. */
const redirectLifetime = 20 * 60_000

/** A driver over the block blobs of one container. Instances share nothing but the service. */
export function connect(parameters: AzureParameters): StorageDriver {
  return withArgumentChecks(new AzureDriver(parameters))
}

class AzureDriver implements StorageDriver {
  readonly name = driverName
  readonly #storage: Storage
  readonly #polling: CopyPolling

  constructor(parameters: AzureParameters) {
    this.#storage = openStorage(parameters)
    this.#polling = { maxRetry: parameters.copy_status_poll_max_retry, delay: parameters.copy_status_poll_delay }
  }

  async getContent(path: string, { signal }: CallOptions = {}): Promise<Uint8Array> {
    return inTermsOfTheContract("read", path, signal, async () => {
      const toError = (error: unknown) => error
      const reader = await openReader(this.#storage.blob(path), { offset: 0, signal, toError })
      const abort = () => reader.stream.destroy(signal?.reason)
      signal?.addEventListener("abort", abort, { once: true })
      try {
        return await readAll(reader)
      } finally {
        signal?.removeEventListener("abort", abort)
      }
    })
  }

  /** One request, which replaces the blob whole; the service takes up to 5,000 MiB in one. */
  async putContent(path: string, content: Uint8Array, { signal }: CallOptions = {}): Promise<void> {
    await inTermsOfTheContract("store", path, signal, async () => {
      const blob = this.#storage.blob(path)
      const blobHTTPHeaders = { blobContentType: "application/octet-stream" }
      await request((abortSignal) => blob.upload(content, content.length, { abortSignal, blobHTTPHeaders }), {
        signal,
        bytes: content.length,
      })
    })
  }

  async reader(path: string, { offset = 0, signal }: ReaderOptions = {}): Promise<Readable> {
    const toError = (error: unknown) => toDriverError(error, "read", path, signal)
    return inTermsOfTheContract("read", path, signal, async () => {
      const { stream } = await openReader(this.#storage.blob(path), { offset, signal, toError })
      return stream
    })
  }

  async writer(path: string, { append = false, signal }: WriterOptions = {}): Promise<FileWriter> {
    return inTermsOfTheContract("open an upload to", path, signal, () =>
      openWriter({ blob: this.#storage.blob(path), path }, { append, signal }),
    )
  }

  async stat(path: string, { signal }: CallOptions = {}): Promise<FileInfo> {
    return inTermsOfTheContract("look up", path, signal, async () => {
      if (path !== "/") {
        const found = await blobProperties(this.#storage.blob(path), signal)
        if (found !== undefined && !isIncompleteCopy(found)) {
          return { path, size: found.size, modTime: found.lastModified, isDirectory: false }
        }
      }
      const { container, names } = this.#storage
      const isDirectory = await hasDescendants(container, { prefix: names.ofDirectory(path), signal })
      if (!isDirectory && path !== "/") throw blobNotFound()
      return { path, size: 0, modTime: new Date(0), isDirectory: true }
    })
  }

  async list(path: string, { signal }: CallOptions = {}): Promise<string[]> {
    return inTermsOfTheContract("list", path, signal, async () => {
      const { container, names } = this.#storage
      const paths = new Set<string>()
      let isEmpty = true
      for await (const name of childNames(container, { prefix: names.ofDirectory(path), signal })) {
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
      const blobs = { source: this.#storage.blob(sourcePath), destination: this.#storage.blob(destinationPath) }
      return moveBlob(blobs, this.#polling, signal)
    })
  }

  async delete(path: string, { signal }: CallOptions = {}): Promise<void> {
    await inTermsOfTheContract("delete", path, signal, () => deleteTree(this.#storage, path, signal))
  }

  /** Without a time from which it works: the service's clock may be behind this one. */
  async redirectURL(path: string, { signal }: RedirectOptions = {}): Promise<string | undefined> {
    return inTermsOfTheContract("sign a URL for", path, signal, () => {
      const blob = this.#storage.blob(path)
      return blob.generateSasUrl({
        permissions: BlobSASPermissions.parse("r"),
        expiresOn: new Date(Date.now() + redirectLifetime),
        protocol: blob.url.startsWith("https:") ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
      })
    })
  }

  async walk(path: string, visit: WalkFunction, options?: WalkOptions): Promise<void> {
    await walkByListing(this, path, visit, options)
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
