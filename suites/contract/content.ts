import { uint8Array } from "fast-check"
import { content, versionsOf } from "../../fixtures/arbitraries/content.ts"
import { path, unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { awkwardBytes } from "../../fixtures/awkward-bytes.ts"
import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { partOfALarger } from "../../fixtures/larger-buffer.ts"
import { blockSizeOf } from "../block-size.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { expectContent, expectRawBytes, expectRefusal } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const roundTrip = defineRule({
  id: "content/round-trip",
  level: "MUST",
  statement: "What putContent stored, getContent gives back, byte for byte.",
  why: "All that the registry knows of tags, layers and uploads is in small files that it writes and reads so.",
  source: "storagedriver.go, GetContent and PutContent; testsuites.go, TestWriteRead1 to TestWriteRead4",
  check: inTurn(
    forAll({ path: path(), content: content() }, async ({ driver, path, content }) => {
      await driver.putContent(path, bytesOf(content))
      await expectContent(driver, path, content)
    }),
    forEach([{ length: 71 }, { length: 70_000 }], async ({ driver, length }) => {
      await driver.putContent("/part", partOfALarger(bytesOf(contentOf(1, length))))
      await expectContent(driver, "/part", contentOf(1, length))
    }),
  ),
})

const mebibyte = 1024 * 1024

const roundTripOfLarge = defineRule({
  id: "content/round-trip-of-large",
  level: "MUST",
  statement:
    "putContent and getContent carry contents of a mebibyte, and of one byte less than a block of the driver's to one more.",
  why: "Manifests and configurations reach megabytes; one that is cut at a block can never be pulled again.",
  source: "storagedriver.go, GetContent and PutContent; testsuites.go, TestWriteRead4 and TestTruncate",
  check: forEach(
    (capabilities) => {
      const block = blockSizeOf(capabilities)
      return [mebibyte, block - 1, block, block + 1].map((length) => ({ length }))
    },
    async ({ driver, length }) => {
      await driver.putContent("/large", bytesOf(contentOf(1, length)))
      await expectContent(driver, "/large", contentOf(1, length))
    },
  ),
})

const anyBytes = defineRule({
  id: "content/any-bytes",
  level: "MUST",
  statement: "Contents are bytes: what is not UTF-8, a byte order mark or a line end is kept as it is.",
  why: "A content that went through a string comes back with other bytes, and its digest no longer fits.",
  source: "testsuites.go, TestWriteReadNonUTF8 and TestWriteRead2",
  check: inTurn(
    forEach(awkwardBytes, ({ driver, bytes }) => putAndGet(driver, bytes)),
    forAll({ bytes: uint8Array({ minLength: 1, maxLength: 32 }) }, ({ driver, bytes }) => putAndGet(driver, bytes)),
  ),
})

async function putAndGet(driver: ObservedDriver, bytes: Uint8Array): Promise<void> {
  await driver.putContent("/bytes", bytes.slice())
  expectRawBytes(driver, await driver.getContent("/bytes"), bytes)
}

const missing = defineRule({
  id: "content/missing-is-path-not-found",
  level: "MUST",
  statement: "getContent of a path where nothing is rejects with PathNotFoundError for that path.",
  why: "The registry takes this very error for 'there is no such tag'; any other one is a server error.",
  source: "storagedriver.go, PathNotFoundError; testsuites.go, TestReadNonexistent",
  check: forAll({ paths: unrelatedPaths(2) }, async ({ given, driver, paths: [present, absent] }) => {
    await given.storedFile(present, contentOf(1, 16))
    for (const path of [absent, `${present}x`]) {
      await expectRefusal(driver, () => driver.getContent(path), "PathNotFound", path)
    }
  }),
})

/** Lengths in bytes. */
const overwrites = [
  { before: 71, after: 71 },
  { before: 71, after: 0 },
  { before: 0, after: 71 },
  { before: 4_096, after: 2_048 },
  { before: 2_048, after: 4_096 },
  { before: mebibyte, after: 1_024 },
]

const overwrite = defineRule({
  id: "content/overwrite-replaces",
  level: "MUST",
  statement: "putContent puts the new content in place of the old one, be it longer, shorter, just as long or empty.",
  why: "A tag that is moved would otherwise read as a mixture of its old and its new digest.",
  source: "testsuites.go, TestTruncate and TestPutContentMultipleTimes",
  check: inTurn(
    forEach(overwrites, ({ driver, before, after }) =>
      putInTurn(driver, "/file", [contentOf(1, before, 1), contentOf(1, after, 2)]),
    ),
    forAll({ path: path(), versions: versionsOf(3, { maxLength: 8 * 1024 }) }, ({ driver, path, versions }) =>
      putInTurn(driver, path, versions),
    ),
  ),
})

/** Each is stored over the one before, and read: what is kept of an earlier answer shows. */
async function putInTurn(driver: ObservedDriver, path: string, versions: readonly Content[]): Promise<void> {
  for (const version of versions) {
    await driver.putContent(path, bytesOf(version))
    await expectContent(driver, path, version)
  }
}

export const rules: readonly Rule[] = [roundTrip, roundTripOfLarge, anyBytes, missing, overwrite]
