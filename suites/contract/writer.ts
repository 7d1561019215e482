import { array, integer } from "fast-check"
import { chunking, chunksOf, content, contents } from "../../fixtures/arbitraries/content.ts"
import { path, unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { awkwardBytes } from "../../fixtures/awkward-bytes.ts"
import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { partOfALarger } from "../../fixtures/larger-buffer.ts"
import { blockSizeOf } from "../block-size.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { expectContent, expectRawBytes, expectSize, expectStream, expectThat, readFrom } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Writes a content in chunks of these sizes, taken in turn. */
async function writeAll(writer: ObservedWriter, content: Content, sizes: readonly number[]): Promise<void> {
  for (const chunk of chunksOf(content, sizes)) await writer.write(chunk)
}

async function upload(driver: ObservedDriver, path: string, content: Content, sizes: readonly number[]): Promise<void> {
  const writer = await driver.writer(path)
  await writeAll(writer, content, sizes)
  await writer.commit()
  await writer.close()
}

/** Bytes in which the registry writes. */
const registryChunk = 32 * 1024

const asTheRegistryWrites = [1, 2, 32, registryChunk + 1, 32 * registryChunk].map((length) => ({
  length,
  sizes: [registryChunk],
}))

function expectWriterSize(driver: ObservedDriver, writer: ObservedWriter, size: number, when: string): void {
  const got = writer.size
  expectThat(driver, got === size, `the writer's size ${when} to be ${describeCount(size)}`, describeCount(got))
}

const commitPublishes = defineRule({
  id: "writer/commit-publishes",
  level: "MUST",
  statement: "After commit the path holds exactly the bytes written, in whatever chunks they came.",
  why: "Layers are stored so; a byte lost between two chunks is a layer that can never be pulled.",
  source: "storagedriver.go, FileWriter; testsuites.go, TestWriteReadStreams1 to TestWriteReadStreams4",
  check: inTurn(
    forEach(asTheRegistryWrites, ({ driver, length, sizes }) => uploadAndRead(driver, "/upload", contentOf(1, length), sizes)),
    forAll(
      { path: path(), content: content(), sizes: chunking() },
      ({ driver, path, content, sizes }) => uploadAndRead(driver, path, content, sizes),
      { runs: 15 },
    ),
  ),
})

async function uploadAndRead(driver: ObservedDriver, path: string, content: Content, sizes: readonly number[]): Promise<void> {
  await upload(driver, path, content, sizes)
  await expectStream(driver, path, content)
}

const anyBytes = defineRule({
  id: "writer/any-bytes",
  level: "MUST",
  statement:
    "Writers store and streams give bytes: what is not UTF-8, a byte order mark or a line end is kept as it is, and of a chunk within a larger buffer the chunk alone.",
  why: "Layers are compressed archives; one that went through a string anywhere is lost.",
  source: "testsuites.go, TestWriteReadStreamsNonUTF8 and TestWriteReadStreams2",
  check: forEach(awkwardBytes, async ({ driver, bytes }) => {
    const writer = await driver.writer("/bytes")
    // A driver that looks at the memory below a chunk stores what lies beside it.
    await writer.write(partOfALarger(bytes))
    await writer.commit()
    await writer.close()
    expectRawBytes(driver, await readFrom(driver, "/bytes"), bytes)
  }),
})

const severalBlocks = defineRule({
  id: "writer/several-blocks",
  level: "MUST",
  statement: "An upload of several of the driver's blocks is stored whole, each block once and in its place.",
  why: "Where blocks are swapped, doubled or dropped the size may still be right, and the digest is not.",
  source: "testsuites.go, TestWriteReadLargeStreams",
  check: forEach(
    (capabilities) => {
      const block = blockSizeOf(capabilities)
      return [
        { length: 2 * block + 7, sizes: [registryChunk] },
        { length: 2 * block + 3, sizes: [block - 1, 2, block + 1, 1] },
      ]
    },
    ({ driver, length, sizes }) => uploadAndRead(driver, "/large", contentOf(1, length), sizes),
  ),
})

/** Writes a content in parts, each by a writer of its own that goes on where the one before it was closed; says the sizes seen. */
async function uploadInParts(
  driver: ObservedDriver,
  path: string,
  content: Content,
  lengths: readonly number[],
  onSize: (writer: ObservedWriter, size: number, when: string) => void,
): Promise<void> {
  let written = 0
  for (const [index, length] of lengths.entries()) {
    const writer = await driver.writer(path, index === 0 ? {} : { append: true })
    onSize(writer, written, index === 0 ? "when opened" : "when resumed")
    await writer.write(bytesOf(content, written, written + length))
    written += length
    const last = index === lengths.length - 1
    if (last) await writer.commit()
    await writer.close()
    onSize(writer, written, last ? "after commit" : "after close")
  }
}

const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0)

const appendResumes = defineRule({
  id: "writer/append-resumes",
  level: "MUST",
  statement: "A writer opened to append goes on behind the last byte accepted by the closed one before it.",
  why: "Each PATCH request of a push is such a writer; one byte too many or too few breaks the push at its end.",
  source: "storagedriver.go, Writer; testsuites.go, TestContinueStreamAppendSmall",
  check: forAll(
    { lengths: array(integer({ min: 1, max: 4_096 }), { minLength: 2, maxLength: 5 }) },
    async ({ driver, lengths }) => {
      const content = contentOf(1, sum(lengths))
      await uploadInParts(driver, "/upload", content, lengths, () => {})
      await expectContent(driver, "/upload", content)
    },
  ),
})

const appendResumesAtBlocks = defineRule({
  id: "writer/append-resumes-at-blocks",
  level: "MUST",
  statement:
    "Resuming goes on at the right byte where the parts end one byte before, at and one byte behind a block of the driver's.",
  why: "A driver that keeps whole blocks only must keep the rest as well, and must not send it twice.",
  source: "storagedriver.go, Writer; testsuites.go, TestContinueStreamAppendLarge",
  check: forEach(
    (capabilities) => {
      const block = blockSizeOf(capabilities)
      return [
        { lengths: [block - 1, 40_000, 32] },
        { lengths: [block, block, 32] },
        { lengths: [block + 1, 2 * block + 7, 32] },
        { lengths: [2 * block + 1, block - 2, 32] },
      ]
    },
    async ({ driver, lengths }) => {
      const content = contentOf(1, sum(lengths))
      await uploadInParts(driver, "/upload", content, lengths, () => {})
      await expectStream(driver, "/upload", content)
    },
  ),
})

const sizesAgree = defineRule({
  id: "writer/sizes-agree",
  level: "MUST",
  statement: "The writer's size after close, after resuming and after commit, and that of stat, are the bytes accepted so far.",
  why: "The registry compares the size with the range that the client names; where they differ it refuses the rest of the push.",
  source:
    "storagedriver.go, FileWriter.Size; testsuites.go, TestContinueStreamAppendSmall and TestContinueStreamAppendLarge; registry/handlers/blobupload.go",
  check: inTurn(
    forAll({ lengths: array(integer({ min: 1, max: 4_096 }), { minLength: 1, maxLength: 4 }) }, ({ driver, lengths }) =>
      expectSizesOfParts(driver, lengths),
    ),
    forEach(
      (capabilities) => [{ lengths: [blockSizeOf(capabilities) - 1, 2, 1] }],
      ({ driver, lengths }) => expectSizesOfParts(driver, lengths),
    ),
  ),
})

async function expectSizesOfParts(driver: ObservedDriver, lengths: readonly number[]): Promise<void> {
  const content = contentOf(1, sum(lengths))
  await uploadInParts(driver, "/upload", content, lengths, (writer, size, when) => expectWriterSize(driver, writer, size, when))
  await expectSize(driver, "/upload", content.length)
}

const appendToEmptyUpload = defineRule({
  id: "writer/append-to-empty-upload",
  level: "MUST",
  statement: "A writer opened to append to a file that was committed without a byte writes its content.",
  why: "The registry creates an upload as an empty file and appends to it.",
  source: "storagedriver.go, Writer; testsuites.go, TestWriteZeroByteStreamThenAppend",
  check: forAll({ content: content({ minLength: 1 }) }, async ({ driver, content }) => {
    await setUp(async () => {
      const empty = await driver.writer("/upload")
      await empty.commit()
      await empty.close()
    })
    await expectSize(driver, "/upload", 0)
    await appendAndCheck(driver, "/upload", content)
  }),
})

const appendToEmptyContent = defineRule({
  id: "writer/append-to-empty-content",
  level: "MUST",
  statement: "A writer opened to append to an empty file that putContent stored writes its content.",
  why: "Whoever made the empty file, the upload goes on from it.",
  source: "storagedriver.go, Writer; testsuites.go, TestWriteZeroByteContentThenAppend",
  check: forAll({ content: content({ minLength: 1 }) }, async ({ given, driver, content }) => {
    await given.file("/upload", contentOf(1, 0))
    await appendAndCheck(driver, "/upload", content)
  }),
})

async function appendAndCheck(driver: ObservedDriver, path: string, content: Content): Promise<void> {
  const writer = await driver.writer(path, { append: true })
  expectWriterSize(driver, writer, 0, "when opened on an empty file")
  await writer.write(bytesOf(content))
  await writer.commit()
  await writer.close()
  expectWriterSize(driver, writer, content.length, "after commit")
  await expectContent(driver, path, content)
}

const closeAfterCommit = defineRule({
  id: "writer/close-after-commit",
  level: "MUST",
  statement: "After commit close succeeds, the size can still be read, and the content stays.",
  why: "The registry closes every writer, the committed ones too, and reads their size after it.",
  source: "testsuites.go closes after each Commit; registry/storage/blobwriter.go",
  check: forAll({ content: content() }, async ({ driver, content }) => {
    const writer = await driver.writer("/upload")
    await writer.write(bytesOf(content))
    await writer.commit()
    await writer.close()
    expectWriterSize(driver, writer, content.length, "after commit and close")
    await expectContent(driver, "/upload", content)
  }),
})

const several = { paths: unrelatedPaths(5), contents: contents(5, { minLength: 1 }), sizes: chunking() }

const uploadsSideBySide = defineRule({
  id: "writer/uploads-side-by-side",
  level: "MUST",
  statement: "Uploads to different paths that run side by side, their chunks interleaved, keep their bytes apart.",
  why: "A client pushes several layers at once.",
  source: "testsuites.go, TestConcurrentFileStreams",
  check: inTurn(
    forAll(several, async ({ driver, paths, contents, sizes }) => {
      await Promise.all(paths.map((path, index) => upload(driver, path, contents[index] ?? contentOf(0, 0), sizes)))
      await expectContents(driver, paths, contents)
    }),
    forAll(
      several,
      async ({ driver, paths, contents, sizes }) => {
        await uploadOneByOne(driver, paths, contents, sizes)
        await expectContents(driver, paths, contents)
      },
      { runs: 5 },
    ),
  ),
})

async function expectContents(driver: ObservedDriver, paths: readonly string[], contents: readonly Content[]): Promise<void> {
  for (const [index, content] of contents.entries()) await expectContent(driver, paths[index] ?? "", content)
}

/** One chunk of each upload after the other. */
async function uploadOneByOne(
  driver: ObservedDriver,
  paths: readonly string[],
  contents: readonly Content[],
  sizes: readonly number[],
): Promise<void> {
  const writers = await Promise.all(paths.map((path) => driver.writer(path)))
  const uploads = writers.map((writer, index) => ({ writer, chunks: chunksOf(contents[index] ?? contentOf(0, 0), sizes) }))
  for (let open = uploads; open.length > 0; ) {
    const going: typeof uploads = []
    for (const each of open) {
      const { done, value } = each.chunks.next()
      if (done === true) continue
      await each.writer.write(value)
      going.push(each)
    }
    open = going
  }
  for (const writer of writers) {
    await writer.commit()
    await writer.close()
  }
}

const commitOfNothing = defineRule({
  id: "writer/commit-of-nothing",
  level: "MUST",
  statement: "A writer that is committed without a byte leaves an empty file.",
  why: "The empty blob is pushed like any other.",
  source: "storagedriver.go, FileWriter.Commit; testsuites.go, TestWriteZeroByteStreamThenAppend",
  check: forAll({ paths: unrelatedPaths(2) }, async ({ given, driver, paths: [path, witness] }) => {
    await given.storedFile(witness, contentOf(2, 8))
    await upload(driver, path, contentOf(1, 0), [1])
    await expectSize(driver, path, 0)
    await expectContent(driver, path, contentOf(1, 0))
  }),
})

export const rules: readonly Rule[] = [
  commitPublishes,
  anyBytes,
  severalBlocks,
  appendResumes,
  appendResumesAtBlocks,
  sizesAgree,
  appendToEmptyUpload,
  appendToEmptyContent,
  closeAfterCommit,
  uploadsSideBySide,
  commitOfNothing,
]
