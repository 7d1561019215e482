import { versionsOf } from "../../fixtures/arbitraries/content.ts"
import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { forAll, forEach } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { expectContent, expectThat, mayReject } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Resumes the upload at the path, which is to have the first bytes of a content, writes the rest and commits it. */
async function finish(driver: ObservedDriver, path: string, content: Content, accepted: number): Promise<void> {
  const writer = await driver.writer(path, { append: true })
  expectThat(driver, writer.size === accepted, `the resumed size to be ${describeCount(accepted)}`, describeCount(writer.size))
  if (accepted < content.length) await writer.write(bytesOf(content, accepted))
  await writer.commit()
  await writer.close()
  await expectContent(driver, path, content)
}

const closedTwice = defineRule({
  id: "writer/second-close-changes-nothing",
  level: "SHOULD",
  statement: "A second close, rejected or not, changes nothing: the size can still be read, and the upload resumes where it was.",
  why: "The registry closes the writer of each part of a push twice.",
  source: "registry/handlers/blobupload.go, PatchBlobData, and its deferred Close",
  check: forEach([{ accepted: 0 }, { accepted: 1 }, { accepted: 70_000 }], async ({ driver, connect, accepted }) => {
    const content = contentOf(1, 70_100)
    const writer = await driver.writer("/file")
    if (accepted > 0) await writer.write(bytesOf(content, 0, accepted))
    await writer.close()
    await mayReject(() => writer.close())
    expectThat(driver, writer.size === accepted, `the size to stay ${describeCount(accepted)}`, describeCount(writer.size))
    const other = await connect()
    await finish(other, "/file", content, accepted)
    await mayReject(() => writer.close())
    await expectContent(other, "/file", content)
  }),
})

const newerIsResumed = defineRule({
  id: "writer/the-newer-upload-is-resumed",
  level: "SHOULD",
  statement: "Where an upload was begun anew and closed, append goes on with that one, not with the one before it.",
  why: "A push that broke off and began again would end with the bytes of the first attempt.",
  source: "storagedriver.go, Writer, which has one upload a path in mind and does not say so; distribution s3 driver keeps both",
  check: forAll({ versions: versionsOf(2, { minLength: 2 }) }, async ({ given, driver, connect, versions: [first, second] }) => {
    const accepted = Math.ceil(second.length / 2)
    await given.closedUpload("/file", first)
    await given.closedUpload("/file", { ...second, length: accepted })
    await finish(await connect(), "/file", second, accepted)
    await expectContent(driver, "/file", second)
  }),
})

/** Each beside one whose name begins with its own, or goes on below it. */
const alike = ["/a", "/ab", "/a-b", "/a.b", "/1.2/data", "/1.20/data", "/latest-dev/data", "/latest/data"]

const namesAlike = defineRule({
  id: "writer/uploads-to-names-that-begin-the-same",
  level: "MUST",
  statement: "Uploads to paths whose names begin the same are resumed, cancelled and committed each for itself.",
  why: "A driver that looks pending uploads up by the beginning of their names goes on with somebody else's.",
  source: "storagedriver.go, Writer; distribution s3 driver, which lists uploads by prefix",
  check: forEach([{ paths: alike }, { paths: [...alike].reverse() }], async ({ given, driver, connect, paths }) => {
    const contents = paths.map((path, index) => ({ path, content: contentOf(index + 1, 300 + index), accepted: 20 + index }))
    const [first, ...others] = contents
    if (first === undefined) return
    // An empty file is appended to as well, and no upload to a longer name is taken for one to it.
    await setUp(async () => driver.putContent(first.path, new Uint8Array(0)))
    for (const { path, content, accepted } of others) await given.closedUpload(path, { ...content, length: accepted })
    const other = await connect()
    await finish(other, first.path, first.content, 0)
    const [cancelled, ...rest] = others
    if (cancelled !== undefined) await (await other.writer(cancelled.path, { append: true })).cancel()
    for (const { path, content, accepted } of rest) await finish(other, path, content, accepted)
    for (const { path, content } of [first, ...rest]) await expectContent(driver, path, content)
  }),
})

const lookWhileWriting = defineRule({
  id: "writer/a-look-while-it-is-written-changes-nothing",
  level: "SHOULD",
  statement:
    "While one instance writes on with an upload, another that opens it to append and closes it again, or is refused, changes nothing of it.",
  why: "A client asks how far its push has come while the request that carries it is still under way.",
  source: "registry/handlers/blobupload.go, GetUploadStatus, which opens and closes a writer beside that of PatchBlobData",
  check: forEach([{ accepted: 5 }, { accepted: 70_000 }], async ({ given, driver, connect, accepted }) => {
    const content = contentOf(1, accepted + 200)
    await given.closedUpload("/file", { ...content, length: accepted })
    const other = await connect()
    const look = async (): Promise<void> => {
      const looking = await mayReject(() => other.writer("/file", { append: true }))
      if (looking !== undefined) await mayReject(() => looking.close())
    }
    const writer = await driver.writer("/file", { append: true })
    await look()
    for (let written = accepted; written < content.length; written += 50) await writeBetween(writer, content, written, look)
    await writer.commit()
    await writer.close()
    await expectContent(driver, "/file", content)
    await expectContent(other, "/file", content)
  }),
})

async function writeBetween(writer: ObservedWriter, content: Content, from: number, look: () => Promise<void>): Promise<void> {
  await writer.write(bytesOf(content, from, Math.min(from + 50, content.length)))
  await look()
}

export const rules: readonly Rule[] = [closedTwice, newerIsResumed, namesAlike, lookWhileWriting]
