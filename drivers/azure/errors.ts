import { errorCodeOf, PathNotFoundError, StorageDriverError } from "../contract.ts"

export const driverName = "azure"

export interface ServiceErrorDetails {
  readonly message: string
  /** HTTP status; undefined where no answer came. */
  readonly status?: number | undefined
  /** The service's own name for what went wrong, such as BlobNotFound. */
  readonly errorCode?: string | undefined
  readonly requestId?: string | undefined
}

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

  constructor({ message, status, errorCode, requestId }: ServiceErrorDetails) {
    super(message)
    this.status = status
    this.code = status === undefined ? errorCode : undefined
    this.errorCode = errorCode
    this.requestId = requestId
  }

  /** Reads the SDK's error by its shape, so that this file needs no SDK. */
  static from(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error
    const details = property(error, "details")
    const status = property(error, "statusCode")
    const errorCode = property(details, "errorCode") ?? property(error, "code")
    const requestId = property(details, "x-ms-request-id")
    const message = error instanceof Error ? (withoutSignatures(error.message).split("\n")[0] ?? "") : String(error)
    return new ServiceError({
      message,
      status: typeof status === "number" ? status : undefined,
      errorCode: typeof errorCode === "string" ? errorCode : undefined,
      requestId: typeof requestId === "string" ? requestId : undefined,
    })
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
}

function withoutSignatures(text: string): string {
  return text.replaceAll(/\b(sig=|SharedKey [^:\s]*:)[^&\s]+/g, "$1***")
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
  AuthenticationFailed: "the account key was refused: correct accountname or accountkey, and check this machine's clock",
  AuthorizationFailure: "the account key was refused: correct accountname or accountkey, or the account's network rules",
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

function describe({ status, errorCode, message }: ServiceError): string {
  const whatToDo = errorCode === undefined ? undefined : advice[errorCode]
  if (status === undefined) return [message, whatToDo].filter(Boolean).join(": ")
  return [`${status} ${errorCode ?? ""}`.trim(), whatToDo ?? message].filter(Boolean).join(": ")
}
