import { setTimeout as passes } from "node:timers/promises"
import { constantFrom } from "fast-check"
import { content, versionsOf } from "../../fixtures/arbitraries/content.ts"
import { bytesOf, type Content, contentOf, firstDifference } from "../../fixtures/content.ts"
import { describeContent, describeCount, diagnose } from "../../fixtures/content-diagnosis.ts"
import { blockSizeOf } from "../block-size.ts"
import { CallFailed } from "../execution/failures.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { destroyStream, readStream } from "../execution/observed-stream.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectBytes, expectContent, expectRefusalOrValue, expectStream, expectThat, readFrom } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const beyondTheEnd = defineRule({
  id: "reader/beyond-the-end",
  level: "SHOULD",
  statement:
    "An offset beyond the size gives an empty stream, or is refused with InvalidOffsetError; no bytes come, and no other error.",
  why: "A client that asks for more than there is must hear just that, and no byte of another file.",
  source:
    "registry/storage/filereader.go, which reopens at whatever offset was asked for; storagedriver.go leaves it open: four of five shipping drivers give an empty stream, gcs refuses",
  check: forAll({ content: content(), beyond: constantFrom(1, 64, 1_000_000) }, async ({ given, driver, content, beyond }) => {
    await given.storedFile("/file", content)
    const got = await expectRefusalOrValue(
      driver,
      () => readFrom(driver, "/file", content.length + beyond),
      "InvalidOffset",
      "/file",
    )
    if (got !== undefined) expectThat(driver, got.length === 0, "no bytes beyond the end", describeCount(got.length))
  }),
})

const waitsForItsReader = defineRule({
  id: "reader/waits-for-its-reader",
  level: "SHOULD",
  statement: "A stream that is not read at once, and then with a pause, gives the whole content all the same.",
  why: "A client that is slower than the storage would be sent what came while it was not looking as if it had never been.",
  source: "storagedriver.go, Reader gives an io.ReadCloser, which gives what it is asked for; node:stream, Readable",
  check: forEach([{ length: 71 }, { length: 300_000 }], async ({ given, driver, length }) => {
    const content = contentOf(1, length)
    await given.file("/file", content)
    const stream = await driver.reader("/file")
    await passes(pause)
    const start = await readStream(stream, { enough: 1 })
    await passes(pause)
    const bytes = Buffer.concat([start, await readStream(stream)])
    expectBytes(driver, "/file", bytes, content)
  }),
})

/** Milliseconds. */
const pause = 20

const leftHalfRead = defineRule({
  id: "reader/left-half-read",
  level: "MUST",
  statement: "A stream that is destroyed before its end closes, and streams opened after it give the right bytes.",
  why: "Clients break downloads off all the time; what each of them holds on to runs out one day.",
  source: "storagedriver.go, Reader gives an io.ReadCloser; registry/storage/filereader.go closes it when it seeks",
  check: forAll(
    { content: content({ minLength: 200_000, maxLength: 600_000 }) },
    async ({ given, driver, content }) => {
      await given.file("/file", content)
      for (let round = 0; round < 5; round++) {
        const stream = await driver.reader("/file")
        const start = await readStream(stream, { enough: 1 })
        expectBytes(driver, "/file", start, { ...content, length: start.length })
        await destroyStream(stream)
      }
      await expectStream(driver, "/file", content)
    },
    { runs: 2 },
  ),
})

/** Bytes of one of the contents, whole. */
function expectOneOf(driver: ObservedDriver, bytes: Uint8Array, contents: readonly Content[]): void {
  const whole = contents.some((content) => bytes.length === content.length && firstDifference(content, 0, bytes) === undefined)
  const [first] = contents
  const diagnosis = whole || first === undefined ? "" : diagnose(first, 0, bytes)
  expectThat(driver, whole, `${contents.map(describeContent).join(", or ")}, whole, or an error`, diagnosis)
}

/** More than drivers keep connections or places for: the filesystem driver's default is 100. */
const many = 120

const freesWhatItHolds = defineRule({
  id: "reader/destroyed-streams-free-what-they-hold",
  level: "SHOULD",
  statement: `After ${many} streams that were left half-read, or not read at all, and destroyed, the same instance goes on to read and write.`,
  why: "Each download that is broken off would take a connection or a place with it, until the registry stands still.",
  source: "storagedriver.go, Reader gives an io.ReadCloser; registry/storage/filereader.go closes it when it seeks",
  check: forEach(
    () => [{ read: "nothing" }, { read: "a byte" }],
    async ({ given, driver, read }) => {
      const content = contentOf(1, 300_000)
      await given.storedFile("/file", content)
      const leave = async (): Promise<void> => {
        const stream = await driver.reader("/file")
        if (read === "a byte") await readStream(stream, { enough: 1 })
        stream.destroy()
      }
      for (let left = many; left > 0; left -= batch) await Promise.all(Array.from({ length: batch }, leave))
      await expectStream(driver, "/file", content)
      await driver.putContent("/new", bytesOf(contentOf(2, 20)))
      await expectContent(driver, "/new", contentOf(2, 20))
    },
  ),
})

/** Streams that are open at a time. */
const batch = 20

const acrossOverwrite = defineRule({
  id: "reader/across-an-overwrite",
  level: "SHOULD",
  statement:
    "A stream open while its file is overwritten gives the old content whole, the new one whole, or an error: never a mixture.",
  why: "A link file that is read in two halves names a digest that there never was.",
  source:
    "registry/storage/linkedblobstore.go parses what it reads whole; storagedriver.go leaves open what a stream gives of a file that changes",
  check: inTurn(
    forAll(
      { versions: versionsOf(2, { minLength: 100_000, maxLength: 700_000 }), mode: constantFrom("put", "writer") },
      (one) => readAcrossOverwrite(one, one.versions, one.mode),
      { runs: 4 },
    ),
    forEach(
      (capabilities) => {
        const length = 2 * blockSizeOf(capabilities) + 5
        return [
          { mode: "put", lengths: [length, length] },
          { mode: "writer", lengths: [length, 71] },
        ] as const
      },
      (one) => readAcrossOverwrite(one, [contentOf(1, one.lengths[0], 1), contentOf(1, one.lengths[1], 2)], one.mode),
    ),
  ),
})

async function readAcrossOverwrite(
  { given, driver, connect }: Case,
  [old, replacing]: readonly [Content, Content],
  mode: string,
): Promise<void> {
  await given.file("/file", old)
  const other = await connect()
  const stream = await driver.reader("/file")
  const start = await readStream(stream, { enough: 1 })
  if (mode === "put") await other.putContent("/file", bytesOf(replacing))
  else {
    const writer = await other.writer("/file")
    await writer.write(bytesOf(replacing))
    await writer.commit()
    await writer.close()
  }
  await expectRestOf(driver, start, () => readStream(stream), [old, replacing])
}

const acrossDelete = defineRule({
  id: "reader/across-a-delete",
  level: "SHOULD",
  statement:
    "A stream open while its file is deleted gives the content whole or an error: it never ends early as if that were all.",
  why: "A layer that ends early without an error is passed on to the client as if it were complete.",
  source:
    "registry/handlers/blob.go, which passes on what comes; storagedriver.go leaves open what a stream gives of a file that changes",
  check: inTurn(
    forAll({ content: content({ minLength: 100_000, maxLength: 700_000 }) }, (one) => readAcrossDelete(one, one.content), {
      runs: 3,
    }),
    forEach(
      (capabilities) => [{ length: 2 * blockSizeOf(capabilities) + 5 }],
      (one) => readAcrossDelete(one, contentOf(1, one.length)),
    ),
  ),
})

async function readAcrossDelete({ given, driver, connect }: Case, content: Content): Promise<void> {
  await given.file("/file", content)
  const other = await connect()
  const stream = await driver.reader("/file")
  const start = await readStream(stream, { enough: 1 })
  await other.delete("/file")
  await expectRestOf(driver, start, () => readStream(stream), [content])
}

/** What came before the change and what comes after it make up one of the contents, or the stream fails. */
async function expectRestOf(
  driver: ObservedDriver,
  start: Uint8Array,
  readRest: () => Promise<Uint8Array>,
  contents: readonly Content[],
): Promise<void> {
  let rest: Uint8Array
  try {
    rest = await readRest()
  } catch (reason) {
    if (!(reason instanceof CallFailed)) throw reason
    expectOneOf(
      driver,
      start,
      contents.map((content) => ({ ...content, length: start.length })),
    )
    return
  }
  expectOneOf(driver, Buffer.concat([start, rest]), contents)
}

export const rules: readonly Rule[] = [
  beyondTheEnd,
  waitsForItsReader,
  leftHalfRead,
  freesWhatItHolds,
  acrossOverwrite,
  acrossDelete,
]
