import { type Content, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { expectThat } from "../expect.ts"
import { ownProcesses, roomFor } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"
import { killedAndResumed } from "./killed-upload.ts"
import { type LargeCase, large } from "./large-case.ts"
import { timedTransfer } from "./timing.ts"
import { expectWhole, plainWrite, upload, writeRange } from "./transfer.ts"

const KiB = 1024
const source = "storagedriver.go, Writer and FileWriter; testsuites.go, TestWriteReadLargeStreams and testContinueStreamAppend"
const path = "/uploads/data"

const inOneGo = defineRule({
  id: "large-uploads/in-one-go",
  level: "MUST",
  statement: "A large object that one writer wrote, from its first byte to its commit, is read back byte for byte.",
  why: "A layer has gigabytes: one that loses, repeats or mixes up a block has another digest, and can never be pulled.",
  source,
  needs: [roomFor(1)],
  check: large(async (given) => {
    const { driver, extent } = given
    const content = contentOf(1, extent.bytes)
    await timedTransfer(given, "an upload in one go", extent.bytes, () => upload(driver, path, content))
    await timedTransfer(given, "reading it back", extent.bytes, () => expectWhole(driver, path, content))
  }),
})

/** One more than the blocks that any service takes. */
const smallWrites = 50_001

const inSmallWrites = defineRule({
  id: "large-uploads/in-thousands-of-small-writes",
  level: "MUST",
  statement:
    "A large object that came in more than 50,000 small writes is read back byte for byte, and the writer's size is right.",
  why: "A registry writes what the network gives it, some KiB at a time: a block for each of them soon meets a service's limit.",
  source: `${source}; Azure takes 50,000 blocks a blob, S3 10,000 parts`,
  needs: [roomFor(1)],
  check: large(async ({ driver, extent }) => {
    const content = contentOf(2, extent.bytes)
    const most = Math.max(1, Math.floor(extent.bytes / smallWrites))
    const writer = await driver.writer(path)
    await writeRange(writer, content, { next: () => Math.min(most, 512 * KiB) })
    const { size } = writer
    expectThat(driver, size === extent.bytes, `a size of ${describeCount(extent.bytes)} before the commit`, describeCount(size))
    await writer.commit()
    await expectWhole(driver, path, content)
  }),
})

const inRandomWrites = defineRule({
  id: "large-uploads/in-writes-of-random-sizes",
  level: "MUST",
  statement:
    "A large object that came in writes of random sizes, from a byte to several of the driver's blocks, is read back whole.",
  why: "Blocks are cut out of whatever comes: a write that ends within, at or behind a block's end must not tear a layer.",
  source,
  needs: [roomFor(1)],
  check: large(async ({ driver, extent, capabilities, random }) => {
    const content = contentOf(3, extent.bytes)
    const most = Math.min(3 * capabilities.chunkSize, 64 * KiB * KiB)
    // As many small ones as large ones: the logarithm is what is spread evenly.
    await upload(driver, path, content, () => Math.ceil(most ** random()))
    await expectWhole(driver, path, content)
  }),
})

const resumptions = 16

const closedAndResumed = defineRule({
  id: "large-uploads/closed-and-resumed",
  level: "MUST",
  statement:
    "A large upload that is closed now and then, and resumed by another instance, goes on at what its size says and loses nothing.",
  why: "A push in chunks is a request each, and behind a load balancer another process may take the next one.",
  source: "storagedriver.go, FileWriter; distribution's blob upload (PATCH) resumes with writer(append) and goes by its Size",
  needs: [roomFor(1)],
  check: large(async ({ driver, connect, extent, random }) => {
    const content = contentOf(4, extent.bytes)
    const instances = [driver, await connect(), await connect()]
    let written = 0
    for (let turn = 0; turn < resumptions; turn++) {
      const instance = instances[turn % instances.length] ?? driver
      const writer = await instance.writer(path, turn === 0 ? {} : { append: true })
      expectThat(
        driver,
        writer.size === written,
        `the upload to be resumed at ${describeCount(written)}`,
        `a size of ${writer.size}`,
      )
      // Not in even parts: their ends are to fall before, at and behind those of blocks.
      const share = ((turn + 1) / resumptions) * extent.bytes
      const to = turn === resumptions - 1 ? extent.bytes : Math.max(written, Math.floor(share - random() * plainWrite))
      await writeRange(writer, content, { from: written, to })
      written = to
      if (turn === resumptions - 1) await writer.commit()
      else await writer.close()
    }
    await expectWhole(driver, path, content)
  }),
})

const sideBySide = 4

const severalAtATime = defineRule({
  id: "large-uploads/several-at-a-time",
  level: "MUST",
  statement: "Large uploads that go on side by side, in the same folder and by one instance and several, do not mix.",
  why: "A push uploads all layers of an image at once.",
  source: "storagedriver.go: calls may be made concurrently; testsuites.go, TestConcurrentFileStreams",
  needs: [roomFor(sideBySide / 2)],
  check: large(async ({ driver, connect, extent }) => {
    const other = await connect()
    const contents = Array.from({ length: sideBySide }, (_, index) => contentOf(10 + index, Math.ceil(extent.bytes / 2) + index))
    const nameOf = ({ object }: Content): string => `/uploads/data-${object}`
    await Promise.all(contents.map((content) => upload(content.object % 2 === 0 ? driver : other, nameOf(content), content)))
    await Promise.all(contents.map((content) => expectWhole(driver, nameOf(content), content)))
  }),
})

const afterAKill = defineRule({
  id: "large-uploads/resumed-after-a-kill",
  level: "MUST",
  statement:
    "When a process is killed in the middle of a large upload, another one resumes it at a size that holds all that was closed, and every byte below that size is right.",
  why: "Nodes are drained and run out of memory: a client resumes its push at what the registry says has arrived.",
  source: "storagedriver.go, FileWriter, Close and Size; distribution's blob upload resumes with writer(append)",
  needs: [ownProcesses, roomFor(1)],
  check: large(async (given: LargeCase) => killedAndResumed(given, path, contentOf(5, given.extent.bytes))),
})

export const rules: readonly Rule[] = [inOneGo, inSmallWrites, inRandomWrites, closedAndResumed, severalAtATime, afterAKill]
