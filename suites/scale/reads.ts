import { contentOf } from "../../fixtures/content.ts"
import { setUp } from "../execution/given.ts"
import { roomFor } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"
import { large } from "./large-case.ts"
import { expectRange, upload } from "./transfer.ts"

const source = "storagedriver.go, Reader; testsuites.go, TestReaderWithOffset and TestWriteReadLargeStreams"
const path = "/blobs/data"
const windowLength = 256 * 1024
const randomOffsets = 32

const fromOffsets = defineRule({
  id: "large-reads/from-offsets",
  level: "MUST",
  statement:
    "A stream that is opened at any offset of a large object, random ones, ends of blocks, the last byte, gives what is there.",
  why: "A pull that broke off goes on with a Range; one that gets other bytes never has the right digest again.",
  source,
  needs: [roomFor(1)],
  check: large(async ({ driver, extent: { bytes }, capabilities: { chunkSize }, random }) => {
    const content = contentOf(20, bytes)
    await setUp(() => upload(driver, path, content))
    const blocks = Math.floor(bytes / chunkSize)
    const offsets = [
      ...Array.from({ length: randomOffsets }, () => Math.floor(random() * bytes)),
      ...[1, 2, Math.floor(blocks / 2), blocks].flatMap((block) => [-1, 0, 1].map((by) => block * chunkSize + by)),
      bytes - windowLength,
      bytes - 1,
    ].filter((offset) => offset > 0 && offset < bytes)
    for (const offset of offsets) await expectRange(driver, path, content, { offset, length: windowLength })
    await expectRange(driver, path, content, { offset: bytes - 1 })
  }),
})

const readers = 8

const severalAtATime = defineRule({
  id: "large-reads/several-at-a-time",
  level: "MUST",
  statement: "Readers that read a large object side by side, each from an offset of its own, do not get each other's bytes.",
  why: "A layer that many nodes pull at once goes through one instance of the driver.",
  source,
  needs: [roomFor(1)],
  check: large(async ({ driver, extent: { bytes } }) => {
    const content = contentOf(21, bytes)
    await setUp(() => upload(driver, path, content))
    const part = Math.floor(bytes / readers)
    await Promise.all(
      Array.from({ length: readers }, (_, index) => expectRange(driver, path, content, { offset: index * part, length: part })),
    )
  }),
})

export const rules: readonly Rule[] = [fromOffsets, severalAtATime]
