import type { Readable } from "node:stream"
import {
  type CallOptions,
  errorCodeOf,
  type FileInfo,
  type FileWriter,
  InvalidOffsetError,
  InvalidPathError,
  isValidDirectoryPath,
  isValidPath,
  type ReaderOptions,
  type RedirectOptions,
  type StorageDriver,
  StorageDriverError,
  type WalkFunction,
  type WalkOptions,
  type WriterOptions,
} from "./contract.ts"

/**
 * Puts in front of a driver what every driver shares, so that the driver behind it sees good arguments only:
 *
 * - a call whose signal is aborted already rejects with the signal's reason, before anything else is looked at;
 * - a path outside the grammar is InvalidPath; only `stat`, `list` and `walk` take "/"; `move` looks at its source first;
 * - an offset that is no whole number of bytes from 0 to 2^53 - 1, infinities and fractions included, is InvalidOffset, and is told
 *   before a bad path;
 * - a stream is destroyed with the reason of its signal;
 * - an error that is neither of the contract nor the signal's reason comes as a {@link StorageDriverError} with the error as its
 *   cause, from writers as well. What an SDK throws when it is aborted is taken for the signal's reason. What `visit` throws ends a
 *   walk untouched. An error of a stream stays as the stream gives it;
 * - after its commit a writer takes `close` and nothing else, after its close or cancel nothing at all: such calls reject with a
 *   {@link StorageDriverError} and never reach the driver. Its size stays readable;
 * - `redirectURL` for another method than GET or HEAD, which only untyped callers can ask for, gives undefined: there is no such URL,
 *   and the caller then serves the request itself instead of failing it.
 *
 * Source: base.go, with the additions that callers need (its writers and cancelled calls are not looked after).
 */
export function withArgumentChecks(driver: StorageDriver): StorageDriver {
  return new CheckedDriver(driver)
}

class CheckedDriver implements StorageDriver {
  readonly #driver: StorageDriver

  constructor(driver: StorageDriver) {
    this.#driver = driver
  }

  get name(): string {
    return this.#driver.name
  }

  async getContent(path: string, options?: CallOptions): Promise<Uint8Array> {
    options?.signal?.throwIfAborted()
    this.#requirePath(path)
    return boxed(this.#origin(path, options), () => this.#driver.getContent(path, options))
  }

  async putContent(path: string, content: Uint8Array, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    this.#requirePath(path)
    return boxed(this.#origin(path, options), () => this.#driver.putContent(path, content, options))
  }

  async reader(path: string, options?: ReaderOptions): Promise<Readable> {
    options?.signal?.throwIfAborted()
    const offset = options?.offset ?? 0
    if (!Number.isSafeInteger(offset) || offset < 0) throw new InvalidOffsetError({ driverName: this.name, path, offset })
    this.#requirePath(path)
    const stream = await boxed(this.#origin(path, options), () => this.#driver.reader(path, options))
    destroyWhenAborted(stream, options?.signal)
    return stream
  }

  async writer(path: string, options?: WriterOptions): Promise<FileWriter> {
    options?.signal?.throwIfAborted()
    this.#requirePath(path)
    const writer = await boxed(this.#origin(path, options), () => this.#driver.writer(path, options))
    return new CheckedWriter(writer, this.name, path)
  }

  async stat(path: string, options?: CallOptions): Promise<FileInfo> {
    options?.signal?.throwIfAborted()
    this.#requireDirectoryPath(path)
    return boxed(this.#origin(path, options), () => this.#driver.stat(path, options))
  }

  async list(path: string, options?: CallOptions): Promise<string[]> {
    options?.signal?.throwIfAborted()
    this.#requireDirectoryPath(path)
    return boxed(this.#origin(path, options), () => this.#driver.list(path, options))
  }

  async move(sourcePath: string, destinationPath: string, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    this.#requirePath(sourcePath)
    this.#requirePath(destinationPath)
    return boxed(this.#origin(sourcePath, options), () => this.#driver.move(sourcePath, destinationPath, options))
  }

  async delete(path: string, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    this.#requirePath(path)
    return boxed(this.#origin(path, options), () => this.#driver.delete(path, options))
  }

  async redirectURL(path: string, options?: RedirectOptions): Promise<string | undefined> {
    options?.signal?.throwIfAborted()
    this.#requirePath(path)
    const method: string = options?.method ?? "GET"
    if (method !== "GET" && method !== "HEAD") return undefined
    return boxed(this.#origin(path, options), () => this.#driver.redirectURL(path, options))
  }

  async walk(path: string, visit: WalkFunction, options?: WalkOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    this.#requireDirectoryPath(path)
    let thrown: { readonly error: unknown } | undefined
    const remembering: WalkFunction = async (info) => {
      try {
        return await visit(info)
      } catch (error) {
        thrown = { error }
        throw error
      }
    }
    try {
      await boxed(this.#origin(path, options), () => this.#driver.walk(path, remembering, options))
    } catch (error) {
      throw thrown === undefined ? error : thrown.error
    }
  }

  async close(): Promise<void> {
    await boxed({ driverName: this.name }, async () => this.#driver.close?.())
  }

  #requirePath(path: string): void {
    if (!isValidPath(path)) throw new InvalidPathError({ driverName: this.name, path })
  }

  #requireDirectoryPath(path: string): void {
    if (!isValidDirectoryPath(path)) throw new InvalidPathError({ driverName: this.name, path })
  }

  #origin(path: string, options: CallOptions | undefined): CallOrigin {
    return { driverName: this.name, path, signal: options?.signal }
  }
}

type WriterState = "open" | "committed" | "closed" | "cancelled"

class CheckedWriter implements FileWriter {
  readonly #writer: FileWriter
  readonly #driverName: string
  readonly #path: string
  #state: WriterState = "open"

  constructor(writer: FileWriter, driverName: string, path: string) {
    this.#writer = writer
    this.#driverName = driverName
    this.#path = path
  }

  get size(): number {
    return this.#writer.size
  }

  write(chunk: Uint8Array, options?: CallOptions): Promise<void> {
    return this.#call("write", "open", options, () => this.#writer.write(chunk, options))
  }

  close(options?: CallOptions): Promise<void> {
    return this.#call("close", "closed", options, () => this.#writer.close(options))
  }

  cancel(options?: CallOptions): Promise<void> {
    return this.#call("cancel", "cancelled", options, () => this.#writer.cancel(options))
  }

  commit(options?: CallOptions): Promise<void> {
    return this.#call("commit", "committed", options, () => this.#writer.commit(options))
  }

  async #call(method: string, next: WriterState, options: CallOptions | undefined, make: () => Promise<void>): Promise<void> {
    options?.signal?.throwIfAborted()
    if (this.#state !== "open" && !(this.#state === "committed" && method === "close")) {
      throw new StorageDriverError({
        driverName: this.#driverName,
        path: this.#path,
        message: `${this.#driverName}: cannot ${method}: the writer of ${this.#path} is ${this.#state}`,
      })
    }
    await boxed({ driverName: this.#driverName, path: this.#path, signal: options?.signal }, make)
    this.#state = next
  }
}

interface CallOrigin {
  readonly driverName: string
  readonly path?: string
  readonly signal?: AbortSignal | undefined
}

async function boxed<Value>({ driverName, path, signal }: CallOrigin, make: () => Promise<Value>): Promise<Value> {
  try {
    return await make()
  } catch (error) {
    if (errorCodeOf(error) !== undefined) throw error
    if (signal?.aborted && (error === signal.reason || isAbortError(error))) throw signal.reason
    throw new StorageDriverError({ driverName, path, cause: error })
  }
}

function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError"
}

/** @throws the signal's reason, where it came while the stream was opened */
function destroyWhenAborted(stream: Readable, signal: AbortSignal | undefined): void {
  if (signal === undefined) return
  if (signal.aborted) stream.destroy()
  signal.throwIfAborted()
  const abort = () => stream.destroy(signal.reason)
  signal.addEventListener("abort", abort, { once: true })
  stream.once("close", () => signal.removeEventListener("abort", abort))
}
