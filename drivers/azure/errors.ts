import { errorCodeOf, PathNotFoundError, StorageDriverError } from "../contract.ts"
import { withoutSecrets } from "./secrets.ts"

export const driverName = "azure"

export interface ServiceErrorDetails {
  readonly message: string
  /** HTTP status; undefined where no answer came. */
  readonly status?: number | undefined
  /** The service's own name for what went wrong, such as BlobNotFound; where no answer came the network's. */
  readonly errorCode?: string | undefined
  readonly requestId?: string | undefined
  /** Milliseconds after which the service wants to be asked again. */
  readonly retryAfter?: number | undefined
  readonly history?: History
}

/** What is known of the tries of a request. */
interface History {
  readonly tries: number
  /** Whether a try before the last may have been carried out, though its answer did not come. */
  readonly mayBeDone: boolean
}

/** Of a request that got no answer in time; a code of the network's, so that whoever judges the driver asks the backend then. */
export const timeLimitReached = "ETIMEDOUT"
const passingStatuses = [408, 429, 500, 502, 503, 504]
/** Nothing but the copy itself may touch its destination until it is over. */
const copyGoesOn = "PendingCopyOperation"
/** No request left this machine. */
const unreached = ["ECONNREFUSED", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]
const interrupted = ["ECONNRESET", "ECONNABORTED", "EPIPE", "REQUEST_SEND_ERROR", "PARSE_ERROR", timeLimitReached]

/**
 * A request that failed. It stands in place of the SDK's error, which carries the request with the signature in its headers, and
 * which names the service's error code in one place for HEAD and in another for the rest.
 */
export class ServiceError extends Error {
  override readonly name = "ServiceError"
  readonly status: number | undefined
  readonly errorCode: string | undefined
  readonly requestId: string | undefined
  /** The network's own code, such as ECONNREFUSED, where no answer came: whoever judges the driver asks the backend then. */
  readonly code: string | undefined
  readonly #retryAfter: number | undefined
  readonly #history: History

  constructor({
    message,
    status,
    errorCode,
    requestId,
    retryAfter,
    history = { tries: 1, mayBeDone: false },
  }: ServiceErrorDetails) {
    super(message)
    this.status = status
    this.code = status === undefined ? errorCode : undefined
    this.errorCode = errorCode
    this.requestId = requestId
    this.#retryAfter = retryAfter
    this.#history = history
  }

  /** Reads the SDK's error by its shape, so that this file needs no SDK. */
  static from(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error
    const details = property(error, "details")
    const status = property(error, "statusCode")
    const wasCut = property(error, "name") === "AbortError" // the SDK's name for an answer that broke off
    const errorCode = property(details, "errorCode") ?? property(error, "code") ?? (wasCut ? "ECONNRESET" : undefined)
    const requestId = property(details, "x-ms-request-id")
    const message = error instanceof Error ? (withoutSecrets(error.message).split("\n")[0] ?? "") : String(error)
    return new ServiceError({
      message,
      status: typeof status === "number" ? status : undefined,
      errorCode: typeof errorCode === "string" ? errorCode : undefined,
      requestId: typeof requestId === "string" ? requestId : undefined,
      retryAfter: retryAfterOf(error),
    })
  }

  /** @param limit milliseconds for which an answer was waited */
  static timedOut(limit: number): ServiceError {
    const seconds = Math.round(limit / 10) / 100
    return new ServiceError({ message: `the service did not answer within ${seconds} s`, errorCode: timeLimitReached })
  }

  afterTries(history: History): ServiceError {
    const { message, status, errorCode, requestId } = this
    return new ServiceError({ message, status, errorCode, requestId, retryAfter: this.#retryAfter, history })
  }

  /** Milliseconds after which the service wants to be asked again. */
  get retryAfter(): number | undefined {
    return this.#retryAfter
  }

  /** How often the request was tried. */
  get tries(): number {
    return this.#history.tries
  }

  /** Whether an earlier try may have been carried out, so that this error may be its consequence. */
  get mayBeDone(): boolean {
    return this.#history.mayBeDone
  }

  /** Whether it may go well the next time. */
  get isPassing(): boolean {
    if (this.status !== undefined) return passingStatuses.includes(this.status)
    return this.errorCode !== undefined && [...unreached, ...interrupted].includes(this.errorCode)
  }

  /** Whether it is refused for as long as a copy to the blob goes on. */
  get isOfCopy(): boolean {
    return this.errorCode === copyGoesOn
  }

  /** Whether the request may have been carried out all the same. */
  get leavesOpen(): boolean {
    if (this.status !== undefined) return this.status >= 500 || this.status === 408
    return this.errorCode === undefined || !unreached.includes(this.errorCode)
  }
}

/** In milliseconds. The service gives seconds. */
function retryAfterOf(error: unknown): number | undefined {
  const headers = property(property(error, "response"), "headers")
  const get = property(headers, "get")
  if (typeof get !== "function") return undefined
  const seconds = Number.parseFloat(String(get.call(headers, "retry-after")))
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
}

/** An answer as if the blob were not there, for one that is only half there. */
export function blobNotFound(): ServiceError {
  return new ServiceError({ message: "The blob does not exist.", status: 404, errorCode: "BlobNotFound" })
}

export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof ServiceError && error.errorCode !== undefined && codes.includes(error.errorCode)
}

/**
 * Whether the service said that this blob is not there. A missing container, an unknown account and a refused key are answered
 * with 404 or 403 as well and are none of it.
 */
export function isBlobNotFound(error: unknown): boolean {
  return hasErrorCode(error, "BlobNotFound")
}

const advice: Readonly<Record<string, string>> = {
  ContainerNotFound: "the container does not exist: create it, or correct the parameter container",
  ContainerBeingDeleted: "the container is being deleted: wait, or correct the parameter container",
  AuthenticationFailed:
    "the account key or token was refused: correct accountname and credentials, and check this machine's clock",
  AuthorizationFailure:
    "the account key or token was refused: correct accountname and credentials, or the account's network rules",
  AuthorizationPermissionMismatch: "the identity has no right to this: give it the role Storage Blob Data Contributor",
  ResourceNotFound: "the account is not known here: correct accountname or serviceurl",
  ENOTFOUND: "the account's host is not known: correct accountname, realm or serviceurl",
  ECONNREFUSED: "nothing listens there: correct realm or serviceurl",
}

/** What a caller of the driver is told of a failure: contract errors and reasons of signals as they are, the rest in their terms. */
export function toDriverError(error: unknown, operation: string, path: string, signal?: AbortSignal): unknown {
  if (signal?.aborted === true && error === signal.reason) return error
  if (errorCodeOf(error) !== undefined) return error
  if (isBlobNotFound(error)) return new PathNotFoundError({ driverName, path })
  const reason = error instanceof ServiceError ? describe(error) : error instanceof Error ? error.message : String(error)
  const message = `${driverName}: ${operation} ${path}: ${reason}`
  return new StorageDriverError({ driverName, path, message, cause: error })
}

function describe({ status, errorCode, message, tries }: ServiceError): string {
  const whatToDo = errorCode === undefined ? undefined : advice[errorCode]
  const tried = tries > 1 ? ` (tried ${tries} times)` : ""
  if (status === undefined) return [message, whatToDo].filter(Boolean).join(": ") + tried
  return [`${status} ${errorCode ?? ""}`.trim(), whatToDo ?? message].filter(Boolean).join(": ") + tried
}
