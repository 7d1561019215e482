import { setImmediate as turn } from "node:timers/promises"
import { array, integer } from "fast-check"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { blockSizeOf } from "../block-size.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectThat } from "../expect.ts"
import type { ResolvedCapabilities } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

const total = (lengths: readonly number[]): number => lengths.reduce((sum, length) => sum + length, 0)

/** Lengths of chunks, in bytes. */
const smallChunks = { lengths: array(integer({ min: 1, max: 4_096 }), { minLength: 1, maxLength: 6 }) }

/** Chunks that end before, at and behind a block, and one that is longer than a block. */
function chunksAroundBlocks(capabilities: ResolvedCapabilities): readonly { readonly lengths: readonly number[] }[] {
  const block = blockSizeOf(capabilities)
  return [{ lengths: [block - 1, 1, 1, block + 5] }]
}

/** The sizes between which the writer's was while a call ran, looked at once a turn of the event loop. */
async function sizesDuring(
  writer: ObservedWriter,
  call: () => Promise<void>,
): Promise<{ readonly lowest: number; readonly highest: number }> {
  let running = true
  const done = call().finally(() => {
    running = false
  })
  done.catch(() => undefined) // awaited below; without a handler before that a rejection would count as nobody's
  let lowest = writer.size
  let highest = lowest
  while (running) {
    await turn()
    const { size } = writer
    lowest = Math.min(lowest, size)
    highest = Math.max(highest, size)
  }
  await done
  return { lowest, highest }
}

/** Runs the call and expects the size to be at no moment below what it was, and at none above what was handed over. */
async function expectSizeBetween(
  driver: ObservedDriver,
  writer: ObservedWriter,
  handedOver: number,
  during: string,
  call: () => Promise<void>,
): Promise<void> {
  const before = writer.size
  const { lowest, highest } = await sizesDuring(writer, call)
  const expected = `the writer's size during ${during} to go from ${before} up to at most ${describeCount(handedOver)}`
  expectThat(driver, lowest >= before, expected, describeCount(lowest))
  expectThat(driver, highest <= handedOver, expected, describeCount(highest))
}

async function expectGrowth({ given, driver, lengths }: Case & { readonly lengths: readonly number[] }): Promise<void> {
  await given.storedFile("/witness", contentOf(2, 8))
  const content = contentOf(1, total(lengths))
  const writer = await driver.writer("/upload")
  let handedOver = 0
  for (const length of lengths) {
    const chunk = bytesOf(content, handedOver, handedOver + length)
    handedOver += length
    await expectSizeBetween(driver, writer, handedOver, "write", () => writer.write(chunk))
  }
  await expectSizeBetween(driver, writer, handedOver, "commit", () => writer.commit())
  await expectSizeBetween(driver, writer, handedOver, "close", () => writer.close())
}

const neverFalls = defineRule({
  id: "writer/size-never-falls",
  level: "SHOULD",
  statement: "While an upload is written its size never falls, and never exceeds the bytes handed over.",
  why: "The registry tells the client this size as the range that it has; one that is too large or goes back leaves a gap in the push.",
  source: "storagedriver.go, FileWriter.Size; registry/handlers/blobupload.go",
  check: inTurn(forAll(smallChunks, expectGrowth), forEach(chunksAroundBlocks, expectGrowth)),
})

async function expectEveryByteCounted({ driver, lengths }: Case & { readonly lengths: readonly number[] }): Promise<void> {
  const content = contentOf(1, total(lengths))
  const writer = await driver.writer("/upload")
  let written = 0
  for (const length of lengths) {
    await writer.write(bytesOf(content, written, written + length))
    written += length
    const got = writer.size
    expectThat(driver, got === written, `the writer's size after write to be ${describeCount(written)}`, describeCount(got))
  }
}

const countsBuffered = defineRule({
  id: "writer/size-counts-buffered-bytes",
  level: "SHOULD",
  statement: "When write has resolved the writer's size is all that was accepted, what is still in its buffer included.",
  why: "Where the size lags the registry takes the upload for shorter than it is, and begins to hash it anew.",
  source: "registry/storage/blobwriter_resumable.go, resumeDigest; distribution issue 1698",
  check: inTurn(forAll(smallChunks, expectEveryByteCounted), forEach(chunksAroundBlocks, expectEveryByteCounted)),
})

export const rules: readonly Rule[] = [neverFalls, countsBuffered]
