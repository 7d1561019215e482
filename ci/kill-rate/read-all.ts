import type { Readable } from "node:stream"

/** Bytes beyond which a stream has no end: nothing that is compared here stores as much. */
const most = 64 * 1024 * 1024

/**
 * What a stream gives until it ends.
 *
 * @throws Error for a stream that goes on for ever, which would take all memory
 */
export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > most) throw new Error(`the stream did not end after ${most} bytes`)
  }
  return Buffer.concat(chunks)
}
