import { integer, nat } from "fast-check"
import { content } from "../../fixtures/arbitraries/content.ts"
import { path, unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { contentOf } from "../../fixtures/content.ts"
import { forAll } from "../execution/for-all.ts"
import { expectRefusal, expectStream, readFrom } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const roundTrip = defineRule({
  id: "reader/round-trip",
  level: "MUST",
  statement: "A stream opened without an offset gives the whole content, byte for byte, and then ends.",
  why: "Layers are served to clients from it.",
  source: "storagedriver.go, Reader; testsuites.go, TestWriteReadStreams1 to TestWriteReadStreams4",
  check: forAll({ path: path(), content: content() }, async ({ given, driver, path, content }) => {
    await given.file(path, content)
    await expectStream(driver, path, content)
  }),
})

const mebibyte = 1024 * 1024

const roundTripOfLarge = defineRule({
  id: "reader/round-trip-of-large",
  level: "MUST",
  statement: "A stream gives contents of more than one block whole and in order.",
  why: "Nearly all that a registry serves is longer than a block.",
  source: "storagedriver.go, Reader; testsuites.go, TestWriteReadLargeStreams",
  check: forAll(
    ({ chunkSize }) => ({ content: content({ minLength: mebibyte, maxLength: chunkSize + mebibyte, near: [chunkSize] }) }),
    async ({ given, driver, content }) => {
      await given.file("/large", content)
      await expectStream(driver, "/large", content)
    },
    { runs: 2 },
  ),
})

const offset = defineRule({
  id: "reader/offset",
  level: "MUST",
  statement: "A stream opened at an offset within the content gives the bytes from there to the end.",
  why: "Interrupted downloads go on by a range; a wrong start is a layer with a wrong digest.",
  source: "storagedriver.go, Reader; testsuites.go, TestReaderWithOffset",
  check: forAll(
    { content: content({ minLength: 1 }), place: nat({ max: 1_000_000 }) },
    async ({ given, driver, content, place }) => {
      await given.file("/file", content)
      for (const at of new Set([place % content.length, Math.floor(content.length / 2), content.length - 1])) {
        await expectStream(driver, "/file", content, at)
      }
    },
  ),
})

const offsetAtTheEnd = defineRule({
  id: "reader/offset-at-the-end-is-empty",
  level: "MUST",
  statement: "A stream opened at an offset equal to the size ends at once, without an error.",
  why: "The registry reads on where it stopped, and that may be the end.",
  source: "testsuites.go, TestReaderWithOffset: io.EOF at the size",
  check: forAll({ content: content() }, async ({ given, driver, content }) => {
    await given.storedFile("/file", content)
    await expectStream(driver, "/file", content, content.length)
  }),
})

const negativeOffset = defineRule({
  id: "reader/negative-offset-is-invalid-offset",
  level: "MUST",
  statement: "A negative offset is refused with InvalidOffsetError, by the call or by its stream.",
  why: "A driver that takes it for a distance from the end serves bytes that nobody asked for.",
  source: "storagedriver.go, InvalidOffsetError; testsuites.go, TestReaderWithOffset",
  check: forAll({ content: content(), at: integer({ min: -1_000_000, max: -1 }) }, async ({ given, driver, content, at }) => {
    await given.storedFile("/file", content)
    await expectRefusal(driver, () => readFrom(driver, "/file", at), "InvalidOffset", "/file")
  }),
})

const missing = defineRule({
  id: "reader/missing-is-path-not-found",
  level: "MUST",
  statement: "reader of a path where nothing is rejects with PathNotFoundError, at any offset, by the call or by its stream.",
  why: "The registry answers 'not found' on this error alone.",
  source: "testsuites.go, TestReadNonexistentStream: offsets 0 and 64",
  check: forAll({ paths: unrelatedPaths(2) }, async ({ given, driver, paths: [present, absent] }) => {
    await given.storedFile(present, contentOf(1, 16))
    for (const at of [0, 64]) await expectRefusal(driver, () => readFrom(driver, absent, at), "PathNotFound", absent)
  }),
})

const sideBySide = defineRule({
  id: "reader/side-by-side",
  level: "MUST",
  statement: "Ten streams of one file, read side by side from places of their own, each give the right bytes.",
  why: "A popular layer is served to many clients at once.",
  source: "testsuites.go, TestConcurrentStreamReads",
  check: forAll(
    { content: content({ minLength: 64 * 1024, maxLength: mebibyte }) },
    async ({ given, driver, content }) => {
      await given.file("/file", content)
      const offsets = Array.from({ length: 10 }, (_, index) => Math.floor((content.length * index) / 10))
      await Promise.all(offsets.map((at) => expectStream(driver, "/file", content, at)))
    },
    { runs: 3 },
  ),
})

export const rules: readonly Rule[] = [roundTrip, roundTripOfLarge, offset, offsetAtTheEnd, negativeOffset, missing, sideBySide]
