import { errorCodeOf } from "../../drivers/contract.ts"
import type { RecordedCall } from "./trace.ts"

/** The driver did something else than the rule asks for. */
export class RuleBroken extends Error {
  override readonly name = "RuleBroken"
  readonly expected: string
  readonly actual: string
  /** Id of the rule that was broken, where it is another one than the one that was run. */
  readonly rule: string | undefined

  constructor(expected: string, actual: string, rule?: string) {
    super(`expected ${expected}, got ${actual}`)
    this.expected = expected
    this.actual = actual
    this.rule = rule
  }
}

/** A call into the driver rejected; `reason` is what with, and the message describes it. */
export class CallFailed extends Error {
  override readonly name = "CallFailed"
  readonly call: RecordedCall
  readonly reason: unknown
  /** Whether it was thrown where the call was made, and came by no promise. */
  readonly atOnce: boolean

  /** @param prefix that was put in front of every path, to be left out of the description */
  constructor(call: RecordedCall, reason: unknown, prefix: string, atOnce = false) {
    super(withoutPrefix(describeReason(reason), prefix), { cause: reason })
    this.call = call
    this.reason = reason
    this.atOnce = atOnce
  }
}

/** The text with its paths as the rule knows them. */
function withoutPrefix(text: string, prefix: string): string {
  return prefix === "" ? text : text.replaceAll(`${prefix}/`, "/").replaceAll(prefix, "/")
}

/** A call into the driver did not settle within its time limit. */
export class CallHung extends Error {
  override readonly name = "CallHung"
  readonly call: RecordedCall
  readonly limit: number

  constructor(call: RecordedCall, limit: number) {
    super(`${call.method} did not settle within ${limit} ms`)
    this.call = call
    this.limit = limit
  }
}

/** The run ended before the rule did. */
export class Abandoned extends Error {
  override readonly name = "Abandoned"

  constructor() {
    super("the run ended before the rule did")
  }
}

/** Nothing was found, and too little was looked at to say that there is nothing. */
export class SeenTooLittle extends Error {
  override readonly name = "SeenTooLittle"
}

/** It turned out on the way that the rule is not for this driver, or not for this target; the message is the end of "not run: …". */
export class NotForThis extends Error {
  override readonly name = "NotForThis"
}

/** What the rule stands on could not be prepared: nothing is known about the rule itself. */
export class SetUpFailed extends Error {
  override readonly name = "SetUpFailed"
  readonly failure: RuleBroken | CallFailed | CallHung

  constructor(failure: RuleBroken | CallFailed | CallHung) {
    super(failure.message, { cause: failure })
    this.failure = failure
  }
}

/** Characters of a description; some clients put a whole page of HTML into a message. */
const maximumDescription = 2_000

/**
 * Sentence part for whatever a driver rejected with: its kind, its code and its message. Never throws, though a driver may reject
 * with what has no prototype, or whose getters throw.
 */
export function describeReason(reason: unknown): string {
  const description = attempt(() => describe(reason)) ?? `a thrown ${typeof reason} that cannot be read`
  if (description.length <= maximumDescription) return description
  return `${description.slice(0, maximumDescription)}… (${description.length} characters)`
}

function describe(reason: unknown): string {
  if (!(reason instanceof Error)) return `a thrown ${typeof reason}: ${String(reason)}`
  const contractCode = errorCodeOf(reason)
  const kind = contractCode === undefined || contractCode === "Driver" ? String(reason.name) : `${contractCode}Error`
  const message = String(reason.message)
  return message === "" ? kind : `${kind}: ${message}`
}

/** A property of whatever was thrown; undefined where it has none, or reading it throws. */
export function propertyOf(reason: unknown, name: string): unknown {
  return attempt(() => Reflect.get(Object(reason), name))
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined // what cannot be read is as good as absent, and who asks says so
  }
}

const networkCodes: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "REQUEST_SEND_ERROR",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_SOCKET",
])

const fullCodes: ReadonlySet<unknown> = new Set([
  "ENOSPC",
  "EDQUOT",
  "InsufficientStorage",
  "QuotaExceeded",
  "MemoryExtentStoreAtSizeLimit",
])

/** Whether the error, or what caused it, says that the backend takes no more: that is no fault of the driver. */
export function saysFull(reason: unknown): boolean {
  return causesOf(reason).some(
    (error) =>
      fullCodes.has(propertyOf(error, "code")) ||
      fullCodes.has(propertyOf(error, "errorCode")) ||
      propertyOf(error, "status") === 507,
  )
}

/** The first code among the error and its causes that tells of the network, or of a full target. */
export function tellingCode(reason: unknown): string | undefined {
  const codes = causesOf(reason).flatMap((error) => [propertyOf(error, "code"), propertyOf(error, "errorCode")])
  const telling = codes.find((code) => networkCodes.has(code) || fullCodes.has(code))
  return typeof telling === "string" ? telling : undefined
}

/** Whether the error, or what caused it, is one of the network's. Whoever sees one asks the backend before judging the driver. */
export function looksLikeNetworkFailure(reason: unknown): boolean {
  return causesOf(reason).some((error) => networkCodes.has(propertyOf(error, "code")))
}

/** The error and all that caused it, each once. */
function causesOf(reason: unknown): readonly object[] {
  const seen = new Set<object>()
  const pending: unknown[] = [reason]
  while (pending.length > 0) {
    const error = pending.pop()
    if (typeof error !== "object" || error === null || seen.has(error)) continue
    seen.add(error)
    pending.push(propertyOf(error, "cause"))
    const errors = propertyOf(error, "errors")
    if (Array.isArray(errors)) pending.push(...errors)
  }
  return [...seen]
}
