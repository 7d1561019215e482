import { constantFrom, oneof, uint8Array } from "fast-check"
import { content, versionsOf } from "../../fixtures/arbitraries/content.ts"
import { path, unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { forAll } from "../execution/for-all.ts"
import { expectContent, expectRefusal, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const roundTrip = defineRule({
  id: "content/round-trip",
  level: "MUST",
  statement: "What putContent stored, getContent gives back, byte for byte.",
  why: "All that the registry knows of tags, layers and uploads is in small files that it writes and reads so.",
  source: "storagedriver.go, GetContent and PutContent; testsuites.go, TestWriteRead1 to TestWriteRead4",
  check: forAll({ path: path(), content: content() }, async ({ driver, path, content }) => {
    await driver.putContent(path, bytesOf(content))
    await expectContent(driver, path, content)
  }),
})

const mebibyte = 1024 * 1024

const roundTripOfLarge = defineRule({
  id: "content/round-trip-of-large",
  level: "MUST",
  statement: "putContent and getContent carry contents of a mebibyte and of more than a block of the driver's.",
  why: "Manifests and configurations reach megabytes; one that is cut at a block can never be pulled again.",
  source: "storagedriver.go, GetContent and PutContent; testsuites.go, TestWriteRead4 and TestTruncate",
  check: forAll(
    ({ chunkSize }) => ({
      content: content({ minLength: mebibyte, maxLength: chunkSize + mebibyte, near: [mebibyte, chunkSize] }),
    }),
    async ({ driver, content }) => {
      await driver.putContent("/large", bytesOf(content))
      await expectContent(driver, "/large", content)
    },
    { runs: 3 },
  ),
})

/** Bytes that are no UTF-8: alone, cut off, overlong, surrogates. */
const notText = [[0x80], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xff, 0xfe, 0x00], [0xa0, 0xb0, 0xc0, 0xd0]]

const anyBytes = defineRule({
  id: "content/any-bytes",
  level: "MUST",
  statement: "Contents are bytes: what is not UTF-8, a byte order mark or a line end is kept as it is.",
  why: "A content that went through a string comes back with other bytes, and its digest no longer fits.",
  source: "testsuites.go, TestWriteReadNonUTF8",
  check: forAll(
    {
      bytes: oneof(
        constantFrom(...notText).map((bytes) => Uint8Array.from(bytes)),
        constantFrom("\u{feff}a", "a\r\nb\n", "\0").map((text) => new TextEncoder().encode(text)),
        uint8Array({ minLength: 1, maxLength: 32 }),
      ),
    },
    async ({ driver, bytes }) => {
      await driver.putContent("/bytes", bytes.slice())
      const got = await driver.getContent("/bytes")
      expectThat(driver, Buffer.compare(got, bytes) === 0, hexadecimal(bytes), hexadecimal(got))
    },
    { runs: 20 },
  ),
})

function hexadecimal(bytes: Uint8Array): string {
  return `the bytes ${Buffer.from(bytes.subarray(0, 48)).toString("hex")}${bytes.length > 48 ? `… (${bytes.length})` : ""}`
}

const missing = defineRule({
  id: "content/missing-is-path-not-found",
  level: "MUST",
  statement: "getContent of a path where nothing is rejects with PathNotFoundError for that path.",
  why: "The registry takes this very error for 'there is no such tag'; any other one is a server error.",
  source: "storagedriver.go, PathNotFoundError; testsuites.go, TestReadNonexistent",
  check: forAll({ paths: unrelatedPaths(2) }, async ({ given, driver, paths: [present, absent] }) => {
    await given.storedFile(present, contentOf(1, 16))
    await expectRefusal(driver, () => driver.getContent(absent), "PathNotFound", absent)
  }),
})

const overwrite = defineRule({
  id: "content/overwrite-replaces",
  level: "MUST",
  statement: "putContent puts the new content in place of the old one, be it longer, shorter or empty.",
  why: "A tag that is moved would otherwise read as a mixture of its old and its new digest.",
  source: "testsuites.go, TestTruncate and TestPutContentMultipleTimes",
  check: forAll({ path: path(), versions: versionsOf(3, { maxLength: 8 * 1024 }) }, async ({ driver, path, versions }) => {
    for (const version of versions) {
      await driver.putContent(path, bytesOf(version))
      await expectContent(driver, path, version)
    }
  }),
})

export const rules: readonly Rule[] = [roundTrip, roundTripOfLarge, anyBytes, missing, overwrite]
