import type { Readable } from "node:stream"

/**
 * The contract of a storage driver: CNCF Distribution's `StorageDriver` interface in TypeScript.
 *
 * "Source" names the text a promise rests on: `storagedriver.go` and `base.go` are Distribution's interface and its
 * argument checks, `testsuites.go` its own driver tests, all at v3.1.1. What is called undefined here is judged by no rule.
 */

/** What every call takes beside its own arguments. */
export interface CallOptions {
  /**
   * Cancels the call, which then rejects with the signal's reason. Given to `writer` it covers the opening only; given to
   * `reader` it covers the life of the stream, which is destroyed with the reason.
   */
  readonly signal?: AbortSignal
}

export interface ReaderOptions extends CallOptions {
  /** First byte to read, counted in bytes from 0; default 0. */
  readonly offset?: number
}

export interface WriterOptions extends CallOptions {
  /** Go on with what is at the path instead of replacing it; default false. */
  readonly append?: boolean
}

export interface RedirectOptions extends CallOptions {
  /** The HTTP method that the URL is to be used with; default "GET". */
  readonly method?: "GET" | "HEAD"
}

export interface WalkOptions extends CallOptions {
  /** Report only entries that come after this path in the order of the walk. */
  readonly startAfter?: string
}

/** What `stat` and `walk` tell of a file or a directory. Source: fileinfo.go. */
export interface FileInfo {
  /** Full path, as the caller would name it. */
  readonly path: string
  /** Length of the content in bytes. Means nothing for a directory. */
  readonly size: number
  /** When the file was last written; a driver that only knows the time of creation gives that. Means nothing for a directory. */
  readonly modTime: Date
  readonly isDirectory: boolean
}

/** Nothing to go on, "skip-directory" to pass over the contents of the directory just reported, "stop" to end the walk well. */
export type WalkStep = undefined | "skip-directory" | "stop"

// biome-ignore lint/suspicious/noConfusingVoidType: a visitor that returns nothing must be assignable
export type WalkFunction = (info: FileInfo) => WalkStep | void | Promise<WalkStep | void>

/**
 * A storage, addressed by paths such as `/a/b.c` (see {@link isValidPath}). Directories are implied by the files below them.
 *
 * Errors of every method: {@link InvalidPathError} for a path outside the grammar, before anything is done;
 * {@link PathNotFoundError} only where the path truly is not there, never for a refused or failed request;
 * {@link StorageDriverError} for the rest.
 */
export interface StorageDriver {
  /** The driver's name, as its errors give it. Source: storagedriver.go, Name. */
  readonly name: string

  /**
   * The whole content of a file, in a buffer that is the caller's own.
   *
   * Errors: PathNotFound. Undefined: on a directory; on an upload that is not committed. Source: storagedriver.go, GetContent.
   */
  getContent(path: string, options?: CallOptions): Promise<Uint8Array>

  /**
   * Stores `content` at the path, in place of what was there. The driver keeps no reference to the buffer.
   *
   * Undefined: where the path is a directory or lies below a file. Source: storagedriver.go, PutContent.
   */
  putContent(path: string, content: Uint8Array, options?: CallOptions): Promise<void>

  /**
   * The content from `offset` (bytes) to its end, as a stream that the caller reads to its end or destroys. At an offset equal to
   * the size the stream ends at once.
   *
   * Errors: InvalidOffset for a negative offset, PathNotFound; either may come from the call or from the stream.
   * Undefined: an offset beyond the size (an empty stream, or InvalidOffset); a file that changes while it is read.
   * Source: storagedriver.go, Reader; testsuites.go, TestReaderWithOffset.
   */
  reader(path: string, options?: ReaderOptions): Promise<Readable>

  /**
   * Opens an upload to the path. Without `append` it starts empty; with it, it goes on behind the bytes accepted by the closed,
   * uncommitted upload there, or behind those of a committed empty file.
   *
   * Undefined: `append` where nothing is or where committed bytes are; two open writers at one path; whether the older content
   * stays readable until commit. Source: storagedriver.go, Writer.
   */
  writer(path: string, options?: WriterOptions): Promise<FileWriter>

  /**
   * Size and time of a file, or that a directory is there.
   *
   * Errors: PathNotFound. Undefined: size and time of a directory; whether "/" is there while the storage is empty.
   * Source: storagedriver.go, Stat; testsuites.go, TestStatCall.
   */
  stat(path: string, options?: CallOptions): Promise<FileInfo>

  /**
   * Full paths of the direct descendants of a directory, each once, in any order.
   *
   * Errors: PathNotFound, except for "/". Undefined: on a file; on a directory whose last file is gone.
   * Source: storagedriver.go, List; testsuites.go, TestList.
   */
  list(path: string, options?: CallOptions): Promise<string[]>

  /**
   * Moves a file, in place of what is at the destination; afterwards nothing is at the source.
   *
   * Errors: PathNotFound for a missing source. Undefined: directories; what remains after a failure.
   * Source: storagedriver.go, Move; testsuites.go, TestMove.
   */
  move(sourcePath: string, destinationPath: string, options?: CallOptions): Promise<void>

  /**
   * Removes a file, or a directory with all that is below it.
   *
   * Errors: PathNotFound. Undefined: what remains after a failure; whether a parent stays that is empty now.
   * Source: storagedriver.go, Delete.
   */
  delete(path: string, options?: CallOptions): Promise<void>

  /**
   * A URL that serves the content to whoever has it, or undefined where the driver has none to give.
   *
   * Undefined: for a path that is not there; how long the URL works. Source: storagedriver.go, RedirectURL.
   */
  redirectURL(path: string, options?: RedirectOptions): Promise<string | undefined>

  /**
   * Calls `visit` for all that is below a directory, one at a time: a directory before its contents, which follow it without a
   * gap; the directory walked itself is not reported. `visit` may call the driver. An error that it throws ends the walk with it.
   *
   * Errors: PathNotFound, unless `startAfter` is given. Undefined: "skip-directory" on a file; a missing directory with
   * `startAfter`; what comes or goes meanwhile. Source: storagedriver.go, Walk; walk.go.
   */
  walk(path: string, visit: WalkFunction, options?: WalkOptions): Promise<void>

  /** Frees what this instance holds. The storage stays as it is. */
  close?(): Promise<void>
}

/**
 * An upload in progress. Its calls are made one after another. Source: storagedriver.go, FileWriter.
 *
 * Undefined: whether a call succeeds after close, commit or cancel, except that close succeeds after commit and `size` stays
 * readable (testsuites.go closes after each commit, the registry reads the size after it).
 */
export interface FileWriter {
  /** Bytes of the whole upload accepted so far, those of resumed parts and those still in memory included. */
  readonly size: number

  /** Appends a chunk. When it resolves, the chunk's buffer is the caller's again. */
  write(chunk: Uint8Array, options?: CallOptions): Promise<void>

  /**
   * Flushes all and releases the writer. What is not committed can be resumed by `writer(path, { append: true })`, from any
   * instance of the driver.
   */
  close(options?: CallOptions): Promise<void>

  /** Gives the upload up and removes what it wrote. */
  cancel(options?: CallOptions): Promise<void>

  /** Makes the upload the content of its path. Before that nothing need be readable there. */
  commit(options?: CallOptions): Promise<void>
}

/** Told apart by this code and never by `instanceof` alone, since two copies of the package may meet in one process. */
export type StorageDriverErrorCode = "PathNotFound" | "InvalidPath" | "InvalidOffset" | "UnsupportedMethod" | "Driver"

export interface StorageDriverErrorDetails {
  readonly driverName: string
  readonly path?: string | undefined
  readonly message?: string | undefined
  readonly cause?: unknown
}

/** A failure that is none of the more special ones: code "Driver". The cause is kept. */
export class StorageDriverError extends Error {
  readonly code: StorageDriverErrorCode = "Driver"
  readonly driverName: string
  readonly path: string | undefined

  constructor(details: StorageDriverErrorDetails) {
    super(
      details.message ?? `${details.driverName}: ${messageOf(details.cause)}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.name = new.target.name
    this.driverName = details.driverName
    this.path = details.path
  }
}

/** The path is not there. Never used for a request that was refused or failed: the registry deletes live data on this answer. */
export class PathNotFoundError extends StorageDriverError {
  override readonly code = "PathNotFound"

  constructor(details: StorageDriverErrorDetails & { readonly path: string }) {
    super({ ...details, message: details.message ?? `${details.driverName}: path not found: ${details.path}` })
  }
}

/** The path is outside the grammar, or beyond what the driver can store. Nothing was done. */
export class InvalidPathError extends StorageDriverError {
  override readonly code = "InvalidPath"

  constructor(details: StorageDriverErrorDetails & { readonly path: string }) {
    super({ ...details, message: details.message ?? `${details.driverName}: invalid path: ${JSON.stringify(details.path)}` })
  }
}

/** The offset is negative, or beyond the size where the driver refuses that. */
export class InvalidOffsetError extends StorageDriverError {
  override readonly code = "InvalidOffset"
  readonly offset: number

  constructor(details: StorageDriverErrorDetails & { readonly path: string; readonly offset: number }) {
    super({
      ...details,
      message: details.message ?? `${details.driverName}: invalid offset ${details.offset} for path ${details.path}`,
    })
    this.offset = details.offset
  }
}

/** The driver does not offer this method. */
export class UnsupportedMethodError extends StorageDriverError {
  override readonly code = "UnsupportedMethod"

  constructor(details: StorageDriverErrorDetails) {
    super({ ...details, message: details.message ?? `${details.driverName}: unsupported method` })
  }
}

const errorCodes: ReadonlySet<unknown> = new Set<StorageDriverErrorCode>([
  "PathNotFound",
  "InvalidPath",
  "InvalidOffset",
  "UnsupportedMethod",
  "Driver",
])

/** The code of a contract error, from whichever copy of the package it comes; undefined for any other value. */
export function errorCodeOf(error: unknown): StorageDriverErrorCode | undefined {
  if (typeof error !== "object" || error === null) return undefined
  try {
    const code: unknown = Reflect.get(error, "code")
    return isErrorCode(code) ? code : undefined
  } catch {
    return undefined // a getter that throws gives no code
  }
}

function isErrorCode(code: unknown): code is StorageDriverErrorCode {
  return errorCodes.has(code)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : cause === undefined ? "unknown error" : String(cause)
}

/** The grammar of paths, to the letter of Distribution's: `.` and `..` match it as components, and no length is too long. */
export const pathPattern = /^(\/[A-Za-z0-9._-]+)+$/

/** Whether every method takes the path. */
export function isValidPath(path: string): boolean {
  return pathPattern.test(path)
}

/** Whether `list`, `stat` and `walk` take the path: they take "/" too. */
export function isValidDirectoryPath(path: string): boolean {
  return path === "/" || isValidPath(path)
}
