import { type Content, ContentComparer, fillContent } from "../../fixtures/content.ts"
import { describeContent, diagnose } from "../../fixtures/content-diagnosis.ts"
import { RuleBroken } from "../execution/failures.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { passStream } from "../execution/observed-stream.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { quote } from "../execution/rendering.ts"
import { expectSize, expectThat } from "../expect.ts"

const MiB = 1024 ** 2

/** Bytes of each write where nothing else is said. */
export const plainWrite = 4 * MiB

/**
 * Writes a content's bytes from one place to another, all out of one buffer, as a registry does: a driver keeps nothing of it once a
 * write has resolved.
 *
 * @param next gives the length of each write in bytes
 */
export async function writeRange(
  writer: ObservedWriter,
  content: Content,
  { from = 0, to = content.length, next = () => plainWrite }: { from?: number; to?: number; next?: () => number } = {},
): Promise<void> {
  let buffer = new Uint8Array(0)
  for (let position = from; position < to; ) {
    const length = Math.min(to - position, next())
    if (length > buffer.length) buffer = new Uint8Array(length)
    const part = buffer.subarray(0, length)
    fillContent(part, content, position)
    await writer.write(part)
    position += length
  }
}

/** Uploads a whole content by one writer. */
export async function upload(driver: ObservedDriver, path: string, content: Content, next?: () => number): Promise<void> {
  const writer = await driver.writer(path)
  await writeRange(writer, content, next === undefined ? {} : { next })
  await writer.commit()
}

export interface RangeRead {
  readonly offset?: number
  /** Bytes after which no more are read; default all. */
  readonly length?: number
}

/** A stream opened at the offset gives the content from there on; compared as it comes, and nothing of it is held. */
export async function expectRange(
  driver: ObservedDriver,
  path: string,
  content: Content,
  { offset = 0, length = Number.POSITIVE_INFINITY }: RangeRead = {},
): Promise<void> {
  const comparer = new ContentComparer(content, offset)
  const expected = `${describeContent(content)} at ${quote(path)}${offset === 0 ? "" : `, read from offset ${offset.toLocaleString("en-US")}`}`
  const take = (chunk: Uint8Array): void => {
    const at = comparer.offset
    if (comparer.take(chunk) === undefined) return
    const seen = { ...content, length: Math.min(content.length, at + chunk.length) }
    throw new RuleBroken(expected, diagnose(seen, at, chunk))
  }
  const stream = await driver.reader(path, offset === 0 ? {} : { offset })
  const wanted = Math.min(length, content.length - offset)
  const read = Number.isFinite(length)
    ? await passStream(stream, take, { enough: wanted })
    : await passStream(stream, take, { atMost: wanted })
  stream.destroy()
  expectThat(
    driver,
    read >= wanted,
    expected,
    `the end after ${read.toLocaleString("en-US")} of ${wanted.toLocaleString("en-US")} bytes`,
  )
}

/** The file has the content's length and its bytes. */
export async function expectWhole(driver: ObservedDriver, path: string, content: Content): Promise<void> {
  await expectSize(driver, path, content.length)
  await expectRange(driver, path, content)
}
