import { integer, nat } from "fast-check"
import { errorCodeOf } from "../../drivers/contract.ts"
import { content } from "../../fixtures/arbitraries/content.ts"
import { path, unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { blockSizeOf } from "../block-size.ts"
import { CallFailed, propertyOf } from "../execution/failures.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import { type Given, setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { readStream } from "../execution/observed-stream.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectBytes, expectRefusal, expectStream, expectThat, readFrom } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const mebibyte = 1024 * 1024

/** Lengths in bytes: those of Distribution's tests, and those around the buffers of streams. */
const wholeLengths = [1, 2, 32, 16 * 1024 + 1, 64 * 1024, 64 * 1024 + 1, mebibyte].map((length) => ({ length }))

const roundTrip = defineRule({
  id: "reader/round-trip",
  level: "MUST",
  statement: "A stream opened without an offset gives the whole content, byte for byte, and then ends.",
  why: "Layers are served to clients from it.",
  source: "storagedriver.go, Reader; testsuites.go, TestWriteReadStreams1 to TestWriteReadStreams4",
  check: inTurn(
    forEach(wholeLengths, ({ given, driver, length }) => storeAndRead(given, driver, "/file", contentOf(1, length))),
    forAll({ path: path(), content: content() }, ({ given, driver, path, content }) =>
      storeAndRead(given, driver, path, content),
    ),
  ),
})

async function storeAndRead(given: Given, driver: ObservedDriver, path: string, content: Content): Promise<void> {
  await given.file(path, content)
  await expectStream(driver, path, content)
}

const roundTripOfLarge = defineRule({
  id: "reader/round-trip-of-large",
  level: "MUST",
  statement: "A stream gives contents of several blocks whole and in order, also from offsets at the edges of a block.",
  why: "Nearly all that a registry serves is longer than a block.",
  source: "storagedriver.go, Reader; testsuites.go, TestWriteReadLargeStreams and TestReaderWithOffset",
  check: forEach(
    (capabilities) => [{ block: blockSizeOf(capabilities) }],
    async ({ given, driver, block }) => {
      const content = contentOf(1, 2 * block + 5)
      await given.file("/large", content)
      for (const at of [0, block - 1, block, block + 1, 2 * block]) await expectStream(driver, "/large", content, at)
    },
  ),
})

const offset = defineRule({
  id: "reader/offset",
  level: "MUST",
  statement:
    "A stream opened at an offset within the content gives the bytes from there to the end, also of what was uploaded in parts.",
  why: "Interrupted downloads go on by a range; a wrong start is a layer with a wrong digest.",
  source: "storagedriver.go, Reader; testsuites.go, TestReaderWithOffset",
  check: inTurn(
    // Every offset of a short file: none is too many for that.
    forEach([{ length: 40 }], async ({ given, driver, length }) => {
      await given.file("/file", contentOf(1, length))
      for (let at = 0; at < length; at++) await expectStream(driver, "/file", contentOf(1, length), at)
    }),
    forAll(
      { content: content({ minLength: 1, near: [96] }), place: nat({ max: 1_000_000 }) },
      async ({ given, driver, content, place }) => {
        await given.file("/file", content)
        const { length } = content
        const offsets = [0, 1, 32, 64, place % length, Math.floor(length / 2), length - 1].filter((at) => at < length)
        for (const at of new Set(offsets)) await expectStream(driver, "/file", content, at)
      },
    ),
    forEach([{ lengths: [5, 40, 1, 30] }, { lengths: [40, 5, 5, 60] }], readWithinParts),
  ),
})

/** Reads around the edges of parts that an upload was resumed between, each of a length of its own. */
async function readWithinParts({ driver, lengths }: Case & { readonly lengths: readonly number[] }): Promise<void> {
  const ends = lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, length) => sum + length, 0))
  const content = contentOf(1, ends.at(-1) ?? 0)
  await setUp(async () => {
    for (const [index, end] of ends.entries()) {
      const writer = await driver.writer("/file", index === 0 ? {} : { append: true })
      await writer.write(bytesOf(content, ends[index - 1] ?? 0, end))
      if (end === content.length) await writer.commit()
      await writer.close()
    }
  })
  for (const at of ends.flatMap((end) => [end - 1, end, end + 1]).filter((one) => one < content.length)) {
    await expectStream(driver, "/file", content, at)
  }
}

const offsetAtTheEnd = defineRule({
  id: "reader/offset-at-the-end-is-empty",
  level: "MUST",
  statement: "A stream opened at an offset equal to the size ends at once, without an error; that of an empty file does so at 0.",
  why: "The registry reads on where it stopped, and that may be the end.",
  source: "testsuites.go, TestReaderWithOffset: io.EOF at the size; TestWriteZeroByteContentThenAppend: io.EOF at 0",
  check: inTurn(
    forEach([{ length: 0 }, { length: 1 }, { length: 96 }, { length: 64 * 1024 }], ({ given, driver, length }) =>
      readAtTheEnd(given, driver, contentOf(1, length)),
    ),
    forAll({ content: content() }, ({ given, driver, content }) => readAtTheEnd(given, driver, content)),
  ),
})

async function readAtTheEnd(given: Given, driver: ObservedDriver, content: Content): Promise<void> {
  await given.storedFile("/file", content)
  // Said also where it is 0: a range from there on is one that many services refuse.
  const stream = await driver.reader("/file", { offset: content.length })
  expectBytes(driver, "/file", await readStream(stream, { atMost: content.length + 1 }), content, content.length)
}

const negativeOffset = defineRule({
  id: "reader/negative-offset-is-invalid-offset",
  level: "MUST",
  statement: "A negative offset is refused with InvalidOffsetError for it, by the call or by its stream.",
  why: "A driver that takes it for a distance from the end serves bytes that nobody asked for.",
  source: "storagedriver.go, InvalidOffsetError; testsuites.go, TestReaderWithOffset",
  check: forAll({ content: content(), at: integer({ min: -1_000_000, max: -1 }) }, async ({ given, driver, content, at }) => {
    await given.storedFile("/file", content)
    for (const offset of new Set([-1, -content.length - 1, at])) {
      await expectRefusal(driver, () => refusedOffset(driver, offset), "InvalidOffset", "/file")
    }
  }),
})

/** Reads from the offset. Where that is refused, the error must name it. */
async function refusedOffset(driver: ObservedDriver, offset: number): Promise<void> {
  try {
    await readFrom(driver, "/file", offset)
  } catch (thrown) {
    if (thrown instanceof CallFailed && errorCodeOf(thrown.reason) === "InvalidOffset") {
      const named: unknown = propertyOf(thrown.reason, "offset")
      expectThat(
        driver,
        named === offset,
        `InvalidOffsetError for offset ${offset}`,
        `one for offset ${typeof named === "number" ? named : `of type ${typeof named}`}`,
      )
    }
    throw thrown
  }
}

const missing = defineRule({
  id: "reader/missing-is-path-not-found",
  level: "MUST",
  statement: "reader of a path where nothing is rejects with PathNotFoundError, at any offset, by the call or by its stream.",
  why: "The registry answers 'not found' on this error alone.",
  source: "testsuites.go, TestReadNonexistentStream: offsets 0 and 64",
  check: forAll({ paths: unrelatedPaths(2) }, async ({ given, driver, paths: [present, absent] }) => {
    await given.storedFile(present, contentOf(1, 16))
    for (const path of [absent, `${present}x`]) {
      for (const at of [0, 64]) await expectRefusal(driver, () => readFrom(driver, path, at), "PathNotFound", path)
    }
  }),
})

const sideBySide = defineRule({
  id: "reader/side-by-side",
  level: "MUST",
  statement: "Ten streams of one file, read side by side from places of their own, each give the right bytes.",
  why: "A popular layer is served to many clients at once.",
  source: "testsuites.go, TestConcurrentStreamReads",
  check: forAll(
    { content: content({ minLength: 256 * 1024, maxLength: 2 * mebibyte }) },
    async ({ given, driver, content }) => {
      await given.file("/file", content)
      const offsets = Array.from({ length: 10 }, (_, index) => Math.floor((content.length * index) / 10))
      await Promise.all(offsets.map((at) => expectStream(driver, "/file", content, at)))
    },
    { runs: 2 },
  ),
})

export const rules: readonly Rule[] = [roundTrip, roundTripOfLarge, offset, offsetAtTheEnd, negativeOffset, missing, sideBySide]
