import { constantFrom } from "fast-check"
import type { WriterOptions } from "../../drivers/contract.ts"
import { content, contents, versionsOf } from "../../fixtures/arbitraries/content.ts"
import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { blockSizeOf } from "../block-size.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectContent, expectMissing, expectRefusal, expectSize, expectThat, mayReject } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

type CallName = "write" | "close" | "commit" | "cancel"

const callNames: readonly CallName[] = ["write", "close", "commit", "cancel"]

/** Every call alone, and every two of them one after the other. */
const sequences = callNames.flatMap((first) => [{ calls: [first] }, ...callNames.map((second) => ({ calls: [first, second] }))])

function make(writer: ObservedWriter, name: CallName): Promise<void> {
  return name === "write" ? writer.write(bytesOf(contentOf(99, 50))) : writer[name]()
}

async function committed(driver: ObservedDriver, path: string, content: Content): Promise<ObservedWriter> {
  const writer = await driver.writer(path)
  await writer.write(bytesOf(content))
  await writer.commit()
  return writer
}

const afterCommit = defineRule({
  id: "writer/nothing-changes-after-commit",
  level: "SHOULD",
  statement: "Whatever is called on a writer after commit, rejected or not, the committed content stays as it is.",
  why: "The registry cancels the upload of a blob whose digest did not fit after it was committed; two drivers delete what was committed.",
  source: "registry/storage/blobwriter.go, Cancel after Commit; distribution filesystem and gcs drivers",
  check: forEach(sequences, async ({ driver, calls }) => {
    const content = contentOf(1, 200)
    const writer = await setUp(() => committed(driver, "/file", content))
    for (const name of calls) await mayReject(() => make(writer, name))
    await expectContent(driver, "/file", content)
    await expectSize(driver, "/file", content.length)
  }),
})

const afterCancel = defineRule({
  id: "writer/nothing-comes-back-after-cancel",
  level: "SHOULD",
  statement: "Whatever is called on a writer after cancel, rejected or not, nothing of the upload appears.",
  why: "An upload that was given up would come back as a file that nobody asked for.",
  source: "storagedriver.go, FileWriter.Cancel; distribution azure driver, close after cancel",
  check: forEach(sequences, async ({ given, driver, calls }) => {
    await given.storedFile("/witness", contentOf(2, 8))
    const writer = await driver.writer("/file")
    await writer.write(bytesOf(contentOf(1, 200)))
    await writer.cancel()
    for (const name of calls) await mayReject(() => make(writer, name))
    await expectRefusal(driver, () => driver.getContent("/file"), "PathNotFound", "/file")
    await expectRefusal(driver, () => driver.stat("/file"), "PathNotFound", "/file")
  }),
})

const cancelLeavesNothing = defineRule({
  id: "writer/cancel-leaves-nothing",
  level: "MUST",
  statement:
    "After cancel, also of an upload that was resumed, nothing of it is left: no content, no entry, and nothing to resume.",
  why: "Uploads that clients give up are never looked at again; what stays of them is paid for for ever.",
  source: "storagedriver.go, FileWriter.Cancel",
  check: inTurn(
    forAll({ content: content({ minLength: 1 }) }, (one) => cancelAndLook(one, one.content, 1)),
    forEach(
      (capabilities) => [{ length: blockSizeOf(capabilities) + 1 }],
      (one) => cancelAndLook(one, contentOf(1, one.length), one.length),
    ),
  ),
})

/** Cancels an upload of the content, and then one of its first bytes, by an instance that resumed it. */
async function cancelAndLook({ given, driver, connect }: Case, content: Content, resumedLength: number): Promise<void> {
  await given.storedFile("/folder/witness", contentOf(2_000, 8))
  const writer = await driver.writer("/folder/file")
  await writer.write(bytesOf(content))
  await writer.cancel()
  await expectMissing(driver, "/folder/file")
  const listed = await driver.list("/folder")
  expectThat(driver, !listed.includes("/folder/file"), "no entry of the cancelled upload", "one")
  await expectNothingToResume(driver, "/folder/file")
  const again = await driver.writer("/folder/file")
  expectThat(driver, again.size === 0, "a new upload to begin empty", describeCount(again.size))
  await again.write(bytesOf(content, 0, resumedLength))
  await again.close()
  const resumed = await (await connect()).writer("/folder/file", { append: true })
  await resumed.cancel()
  await expectMissing(driver, "/folder/file")
  await expectNothingToResume(driver, "/folder/file")
}

/** Appending to nothing is undefined: it may be refused in any way, or begin a new upload, which then is empty. */
async function expectNothingToResume(driver: ObservedDriver, path: string): Promise<void> {
  await mayReject(async () => {
    const writer = await driver.writer(path, { append: true })
    expectThat(driver, writer.size === 0, "nothing to resume", describeCount(writer.size))
    await writer.cancel()
  })
}

const beginsEmpty = defineRule({
  id: "writer/another-upload-begins-empty",
  level: "MUST",
  statement: "A writer opened without append begins empty, whatever an upload before it left at the path.",
  why: "A push that is begun anew would otherwise end with the bytes of the one that broke off.",
  source: "storagedriver.go, Writer",
  check: inTurn(
    forAll({ versions: versionsOf(2, { minLength: 1 }), options: constantFrom<WriterOptions>({}, { append: false }) }, (one) =>
      beginAnew(one, one.versions, one.options),
    ),
    forEach(
      (capabilities) => [{ left: blockSizeOf(capabilities) + 1, written: 5 }],
      (one) => beginAnew(one, [contentOf(1, one.left, 1), contentOf(1, one.written, 2)], {}),
    ),
  ),
})

/** Leaves an upload, and begins another one at its path. */
async function beginAnew(
  { given, driver }: Case,
  [left, written]: readonly [Content, Content],
  options: WriterOptions,
): Promise<void> {
  await given.closedUpload("/file", left)
  const writer = await driver.writer("/file", options)
  expectThat(driver, writer.size === 0, "the new upload to begin with 0 bytes", describeCount(writer.size))
  await writer.write(bytesOf(written))
  await writer.commit()
  await writer.close()
  await expectContent(driver, "/file", written)
}

const overExisting = defineRule({
  id: "writer/replaces-what-was-there",
  level: "MUST",
  statement: "Committing an upload puts its content in place of the file at its path, be that longer or shorter.",
  why: "What stays of the older content behind a shorter one makes both unreadable.",
  source: "storagedriver.go, Writer",
  check: inTurn(
    forAll({ versions: versionsOf(2) }, async ({ given, driver, versions: [old, written] }) => {
      await given.file("/file", old)
      await uploadOver(driver, written)
    }),
    forEach(
      (capabilities) => [{ old: blockSizeOf(capabilities) + 1, written: 5 }],
      async ({ driver, old, written }) => {
        await setUp(async () => (await committed(driver, "/file", contentOf(1, old, 1))).close())
        await uploadOver(driver, contentOf(1, written, 2))
      },
    ),
  ),
})

async function uploadOver(driver: ObservedDriver, written: Content): Promise<void> {
  const writer = await driver.writer("/file")
  await writer.write(bytesOf(written))
  await writer.commit()
  await writer.close()
  await expectContent(driver, "/file", written)
  await expectSize(driver, "/file", written.length)
}

const resumeElsewhere = defineRule({
  id: "writer/resumes-from-another-instance",
  level: "MUST",
  statement: "An upload that was closed is resumed by another instance, at exactly the bytes accepted, time and again.",
  why: "A registry runs as several processes, and each request of a push may reach another one.",
  source: "storagedriver.go, Writer; registry/handlers/blobupload.go",
  check: forEach(
    (capabilities) => {
      const block = blockSizeOf(capabilities)
      return [
        { name: "nothing at first", lengths: [0, 5, 0, 7] },
        { name: "a byte at a time", lengths: [1, 1, 1, 1, 1, 1] },
        { name: "parts of any size", lengths: [4_095, 1, 70_000, 0, 33] },
        { name: "parts that end around a block", lengths: [block - 1, 1, 0, 1, block - 1, 1] },
        { name: "nothing at last", lengths: [block + 5, 0] },
      ]
    },
    async ({ driver, connect, lengths }) => {
      const whole = contentOf(
        1,
        lengths.reduce((sum, length) => sum + length, 0),
      )
      let written = 0
      for (const [index, length] of lengths.entries()) {
        const instance = index === 0 ? driver : await connect()
        const writer = await instance.writer("/file", index === 0 ? {} : { append: true })
        expectThat(
          driver,
          writer.size === written,
          `the resumed size to be ${describeCount(written)}`,
          describeCount(writer.size),
        )
        if (length > 0) await writer.write(bytesOf(whole, written, written + length))
        written += length
        if (index === lengths.length - 1) await writer.commit()
        await writer.close()
      }
      await expectContent(driver, "/file", whole)
    },
  ),
})

const statusRequest = defineRule({
  id: "writer/looking-changes-nothing",
  level: "SHOULD",
  statement: "Opening an upload to append and closing it again changes nothing of it, from any instance.",
  why: "The registry answers the question how far an upload has come in this way.",
  source: "registry/handlers/blobupload.go, GetUploadStatus",
  check: forAll(
    { contents: contents(1, { minLength: 1 }), looks: constantFrom(1, 3) },
    async ({ given, driver, connect, contents: [whole], looks }) => {
      const half = Math.ceil(whole.length / 2)
      await given.closedUpload("/file", { ...whole, length: half })
      for (let look = 0; look < looks; look++) {
        const writer = await (await connect()).writer("/file", { append: true })
        expectThat(driver, writer.size === half, `the size to be ${describeCount(half)}`, describeCount(writer.size))
        await writer.close()
      }
      const writer = await driver.writer("/file", { append: true })
      await writer.write(bytesOf(whole, half))
      await writer.commit()
      await writer.close()
      await expectContent(driver, "/file", whole)
    },
  ),
})

const bufferIsTheCallers = defineRule({
  id: "writer/keeps-no-reference-to-a-chunk",
  level: "MUST",
  statement: "When write has resolved the chunk's buffer is the caller's again: what it puts there next is not stored.",
  why: "The registry reads every upload through one buffer of 32 KiB.",
  source: "storagedriver.go, FileWriter is an io.Writer: implementations must not retain p; registry/storage/blobwriter.go",
  check: forEach([{ length: 1_000 }, { length: 256 * 1_024 }], async ({ driver, length }) => {
    const whole = contentOf(1, 4 * length)
    const writer = await driver.writer("/file")
    // The slice of a Buffer is no copy, as that of a Uint8Array is.
    const buffer = Buffer.alloc(length)
    for (let start = 0; start < whole.length; start += buffer.length) {
      buffer.set(bytesOf(whole, start, start + buffer.length))
      await writer.write(buffer)
      buffer.fill(0)
    }
    await writer.commit()
    await writer.close()
    await expectContent(driver, "/file", whole)
  }),
})

export const rules: readonly Rule[] = [
  afterCommit,
  afterCancel,
  cancelLeavesNothing,
  beginsEmpty,
  overExisting,
  resumeElsewhere,
  statusRequest,
  bufferIsTheCallers,
]
