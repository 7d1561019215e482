const readLength = 64 * 1024

/**
 * Bytes that only ever grow, kept in the chunks in which they came: however long the content, appending costs what the chunk costs.
 * Bytes are copied on their way in and on their way out, so that no buffer is shared with anyone.
 */
export class Chunks {
  readonly #chunks: Uint8Array[] = []
  #size = 0

  static of(content: Uint8Array): Chunks {
    const chunks = new Chunks()
    chunks.append(content)
    return chunks
  }

  get size(): number {
    return this.#size
  }

  append(chunk: Uint8Array): void {
    this.#chunks.push(new Uint8Array(chunk))
    this.#size += chunk.byteLength
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#size)
    let position = 0
    for (const chunk of this.#chunks) {
      bytes.set(chunk, position)
      position += chunk.byteLength
    }
    return bytes
  }

  /** The bytes from `offset` to the end, in pieces of at most 64 KiB; none where the offset is at or beyond the end. */
  *from(offset: number): Generator<Uint8Array> {
    let skipped = offset
    for (const chunk of this.#chunks) {
      for (let start = skipped; start < chunk.byteLength; start += readLength) {
        yield new Uint8Array(chunk.subarray(start, start + readLength))
      }
      skipped = Math.max(0, skipped - chunk.byteLength)
    }
  }
}
