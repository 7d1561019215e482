import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { maxBlockSize, maxBlocks, nextBlockSize, windowOf } from "./block-size.ts"

const MiB = 1024 ** 2
const chunkSize = fc.integer({ min: 65_536, max: maxBlockSize })
const written = fc.maxSafeNat()

function totalOf(blocks: number, first: number): number {
  let size = 0
  for (let block = 0; block < blocks; block++) size += nextBlockSize(size, first)
  return size
}

describe("the size of a block", () => {
  it("is the chunk size at first, never shrinks with what is written and is never more than the most", () => {
    fc.assert(
      fc.property(chunkSize, written, written, (chunk, one, other) => {
        expect(nextBlockSize(0, chunk)).toBe(chunk)
        const [less, more] = [nextBlockSize(Math.min(one, other), chunk), nextBlockSize(Math.max(one, other), chunk)]
        expect(more).toBeGreaterThanOrEqual(less)
        expect(more).toBeLessThanOrEqual(maxBlockSize)
      }),
    )
  })

  it("lets the blocks that the service commits hold 9.5 TB and more", () => {
    for (const chunk of [65_536, 4 * MiB, 8 * MiB, maxBlockSize]) {
      expect(totalOf(maxBlocks, chunk), `${chunk}`).toBeGreaterThan(9.5e12)
    }
  })

  it("stays small where little is written", () => {
    expect(nextBlockSize(7 * 1024 ** 3, 4 * MiB)).toBe(4 * MiB)
    expect(nextBlockSize(16 * 1024 ** 3, 4 * MiB)).toBe(9 * MiB)
  })
})

describe("the window", () => {
  it("holds no more bytes than concurrency chunks, or a single block", () => {
    fc.assert(
      fc.property(chunkSize, fc.integer({ min: 1, max: 64 }), written, (chunksize, concurrency, size) => {
        const block = nextBlockSize(size, chunksize)
        const window = windowOf(block, { chunksize, concurrency })
        expect(window).toBeLessThanOrEqual(concurrency)
        expect(window === 1 || window * block <= chunksize * concurrency).toBe(true)
      }),
    )
  })
})
