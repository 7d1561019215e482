import { errorCodeOf, type StorageDriverErrorCode } from "../drivers/contract.ts"
import { type Content, firstDifference } from "../fixtures/content.ts"
import { describeContent, describeCount, diagnose } from "../fixtures/content-diagnosis.ts"
import { CallFailed, propertyOf, RuleBroken } from "./execution/failures.ts"
import { unprefixed } from "./execution/observation.ts"
import type { ObservedDriver } from "./execution/observed-driver.ts"
import { readStream } from "./execution/observed-stream.ts"
import { quote } from "./execution/rendering.ts"

/** Counts one check, and breaks the rule where the condition does not hold. */
export function expectThat(driver: ObservedDriver, holds: boolean, expected: string, actual: string): void {
  driver.observation.evidence.checks++
  if (!holds) throw new RuleBroken(expected, actual)
}

/** The bytes, read from `offset`, are the content's from there to its end. */
export function expectBytes(driver: ObservedDriver, path: string, bytes: Uint8Array, content: Content, offset = 0): void {
  const length = content.length - offset
  const same = bytes.byteLength === length && firstDifference(content, offset, bytes) === undefined
  const expected =
    offset === 0 ? describeContent(content) : `the ${describeCount(length)} of ${describeContent(content)} from offset ${offset}`
  expectThat(driver, same, `${expected} at ${quote(path)}`, same ? "" : diagnose(content, offset, bytes))
}

/** The bytes are these, where they are of no content of ours. */
export function expectRawBytes(driver: ObservedDriver, bytes: Uint8Array, wanted: Uint8Array): void {
  expectThat(driver, Buffer.compare(bytes, wanted) === 0, hexadecimal(wanted), hexadecimal(bytes))
}

function hexadecimal(bytes: Uint8Array): string {
  if (bytes.length === 0) return "no bytes"
  return `the bytes ${Buffer.from(bytes.subarray(0, 48)).toString("hex")}${bytes.length > 48 ? `… (${bytes.length})` : ""}`
}

/** `getContent` gives the content. */
export async function expectContent(driver: ObservedDriver, path: string, content: Content): Promise<void> {
  expectBytes(driver, path, await driver.getContent(path), content)
}

/** A stream opened at `offset` gives the content from there to its end. */
export async function expectStream(driver: ObservedDriver, path: string, content: Content, offset = 0): Promise<void> {
  const stream = await driver.reader(path, offset === 0 ? {} : { offset })
  const most = Math.max(0, content.length - offset) + surplusShown
  expectBytes(driver, path, await readStream(stream, { atMost: most }), content, offset)
}

/** Bytes that a stream may give beyond what is expected before it counts as endless: enough to tell what they are. */
const surplusShown = 1024 * 1024

/** All that a stream opened at the offset gives. */
export async function readFrom(driver: ObservedDriver, path: string, offset = 0): Promise<Uint8Array> {
  return readStream(await driver.reader(path, offset === 0 ? {} : { offset }))
}

/** The size that `stat` gives. */
export async function expectSize(driver: ObservedDriver, path: string, size: number): Promise<void> {
  const info = await driver.stat(path)
  expectThat(
    driver,
    !info.isDirectory && info.size === size,
    `stat of ${quote(path)} to give a file of ${describeCount(size)}`,
    info.isDirectory ? "a directory" : describeCount(info.size),
  )
}

/** Nothing is at the path: `stat` and `getContent` reject with PathNotFound for it. */
export async function expectMissing(driver: ObservedDriver, path: string): Promise<void> {
  await expectRefusal(driver, () => driver.stat(path), "PathNotFound", path)
  await expectRefusal(driver, () => driver.getContent(path), "PathNotFound", path)
}

/** `list` gives these paths, each once, in any order. */
export async function expectListing(driver: ObservedDriver, path: string, entries: readonly string[]): Promise<void> {
  const listed = await driver.list(path)
  const got = [...listed].sort()
  const wanted = [...entries].sort()
  const same = got.length === wanted.length && got.every((entry, index) => entry === wanted[index])
  expectThat(
    driver,
    same,
    `list of ${quote(path)} to give ${countOf(wanted.length)}: ${enumerate(wanted)}`,
    differenceOf(wanted, got),
  )
}

/**
 * The call rejects with this code, for this path. Any other rejection breaks the rule like success does.
 *
 * @param path as the rule knows it; undefined where which path the error names is another rule's subject
 */
export async function expectRefusal(
  driver: ObservedDriver,
  call: () => Promise<unknown>,
  code: StorageDriverErrorCode,
  path?: string,
): Promise<void> {
  const rejection = await rejectionOf(call)
  if ("value" in rejection) expectThat(driver, false, refusal(code, path), "success")
  else judgeRefusal(driver, rejection.failed, code, path)
}

/** The call succeeds, and its value is given; or it rejects with this code, for this path, and undefined is. */
export async function expectRefusalOrValue<Value>(
  driver: ObservedDriver,
  call: () => Promise<Value>,
  code: StorageDriverErrorCode,
  path?: string,
): Promise<Value | undefined> {
  const rejection = await rejectionOf(call)
  if ("value" in rejection) return rejection.value
  judgeRefusal(driver, rejection.failed, code, path)
  return undefined
}

function judgeRefusal(driver: ObservedDriver, failed: CallFailed, code: StorageDriverErrorCode, path: string | undefined): void {
  const got = errorCodeOf(failed.reason)
  const named = unprefixed(driver.observation.prefix, textOf(propertyOf(failed.reason, "path")))
  const right = got === code && (path === undefined || named === path)
  expectThat(driver, right, refusal(code, path), got === code ? `${code}Error for ${quote(named)}` : failed.message)
}

/** What an error gives as its path, which need be no string. */
function textOf(path: unknown): string {
  return typeof path === "string" ? path : `a ${typeof path}`
}

function refusal(code: StorageDriverErrorCode, path: string | undefined): string {
  return `${code}Error${path === undefined ? "" : ` for ${quote(path)}`}`
}

/** Makes a call of which it is left open whether it succeeds, and gives its value where it does. That it settles is asked of it. */
export async function mayReject<Value>(call: () => Promise<Value>): Promise<Value | undefined> {
  const outcome = await rejectionOf(call)
  return "value" in outcome ? outcome.value : undefined
}

/** The call rejects, with whatever error. */
export async function expectRejection(driver: ObservedDriver, call: () => Promise<unknown>, expected: string): Promise<void> {
  expectThat(driver, "failed" in (await rejectionOf(call)), expected, "success")
}

/** What a call came to. Only the driver's own rejections are: a call that hangs or gives nonsense goes on as the error it is. */
async function rejectionOf<Value>(
  call: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly failed: CallFailed }> {
  try {
    return { value: await call() }
  } catch (thrown) {
    if (thrown instanceof CallFailed) return { failed: thrown }
    throw thrown
  }
}

function countOf(entries: number): string {
  return entries === 1 ? "1 entry" : `${entries} entries`
}

function enumerate(entries: readonly string[]): string {
  const shown = entries.slice(0, 5).map((entry) => quote(entry))
  return `${shown.join(", ")}${entries.length > shown.length ? ", …" : ""}`
}

function differenceOf(wanted: readonly string[], got: readonly string[]): string {
  const [inWanted, inGot] = [new Set(wanted), new Set(got)]
  const missing = wanted.filter((entry) => !inGot.has(entry))
  // Sorted, so that what came twice stands side by side.
  const surplus = got.filter((entry, index) => !inWanted.has(entry) || got[index - 1] === entry)
  const parts = [countOf(got.length)]
  if (missing.length > 0) parts.push(`without ${enumerate(missing)}`)
  if (surplus.length > 0) parts.push(`with ${enumerate(surplus)} too many`)
  return parts.join(", ")
}
