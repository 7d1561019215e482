import type { Readable } from "node:stream"
import { setTimeout as passes } from "node:timers/promises"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { forEach } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { destroyStream, readStream } from "../execution/observed-stream.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { countOpenFiles } from "../execution/open-files.ts"
import { expectThat, mayReject } from "../expect.ts"
import { toldOpenFiles } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Uses in a round. */
const many = 20

/** A driver that keeps files or connections for the next use stops at some number: 200 uses go beyond what is kept for good reason. */
const mostRounds = 10

/** Milliseconds for what is being closed: behind a round, and behind the last one. */
const patience = { usual: 50, last: 1_000 }

/**
 * What is held does not grow with the uses: in one of the rounds, but for the first, it grows by less than a half of them.
 *
 * @param use is told which one of its round it is, counted from 0
 */
async function expectNothingHeld(driver: ObservedDriver, what: string, use: (index: number) => Promise<unknown>): Promise<void> {
  // What is not reachable any more the garbage collector may close, sometime.
  const used: unknown[] = []
  let growth = 0
  for (let round = 0; round < mostRounds; round++) {
    const before = countOpenFiles() ?? 0
    const limit = round === mostRounds - 1 ? patience.last : patience.usual
    for (let index = 0; index < many; index++) used.push(await use(index))
    for (const begun = performance.now(); ; await passes(10)) {
      growth = (countOpenFiles() ?? 0) - before
      if (growth < many / 2 || performance.now() - begun > limit) break
    }
    if (round > 0 && growth < many / 2) break
  }
  const actual = `${growth} more for ${many} more of them, ${used.length} in all`
  expectThat(driver, growth < many / 2, `${what} to keep no files and connections open`, actual)
}

const ends: Readonly<Record<string, (writer: ObservedWriter) => Promise<unknown>>> = {
  close: (writer) => writer.close(),
  cancel: (writer) => writer.cancel(),
  commit: async (writer) => {
    await writer.commit()
    await writer.close()
  },
}

const endedUploads = defineRule({
  id: "instances/ended-uploads-hold-nothing",
  level: "SHOULD",
  statement: "Uploads that were closed, cancelled, or committed and closed keep no files and connections of the process open.",
  why: "A process may have so many open and no more: a registry that leaves one behind for each push stands still after a day.",
  source: "storagedriver.go, FileWriter is an io.WriteCloser; registry/handlers/blobupload.go closes or cancels each writer",
  needs: [toldOpenFiles],
  check: forEach(
    Object.keys(ends).map((end) => ({ end })),
    async ({ given, driver, end }) => {
      await given.storedFile("/file", contentOf(1, 20))
      await expectNothingHeld(driver, `uploads that end by ${end}`, async (index) => {
        const writer = await driver.writer(`/uploads/${index}`)
        await writer.write(bytesOf(contentOf(1, 20)))
        await ends[end]?.(writer)
        return writer
      })
    },
  ),
})

type UseStream = (driver: ObservedDriver) => Promise<unknown>

const streamUses: Readonly<Record<string, UseStream>> = {
  "that are read to their end": async (driver) => {
    const stream = await driver.reader("/file")
    await readStream(stream)
    return stream
  },
  "that are destroyed": async (driver) => {
    const stream = await driver.reader("/file")
    await destroyStream(stream)
    return stream
  },
  "whose caller has gone before they were open": async (driver) => {
    const controller = new AbortController()
    let opened: Readable | undefined
    const opening = mayReject(async () => {
      opened = await driver.reader("/file", { signal: controller.signal })
    })
    controller.abort(new Error("the caller has gone"))
    await opening
    if (opened !== undefined) await destroyStream(opened)
  },
}

const endedStreams = defineRule({
  id: "instances/ended-streams-hold-nothing",
  level: "SHOULD",
  statement:
    "Streams that were read to their end, or destroyed, or whose call was aborted while they were opened, keep no files and connections of the process open.",
  why: "A process may have so many open and no more: a registry that leaves one behind for each pull stands still after a day.",
  source: "storagedriver.go, Reader gives an io.ReadCloser; registry/storage/filereader.go closes it",
  needs: [toldOpenFiles],
  check: forEach(
    Object.keys(streamUses).map((use) => ({ use })),
    async ({ given, driver, use }) => {
      await given.storedFile("/file", contentOf(1, 300_000))
      await expectNothingHeld(driver, `streams ${use}`, async () => streamUses[use]?.(driver))
    },
  ),
})

const closedInstances = defineRule({
  id: "instances/closed-ones-hold-nothing",
  level: "SHOULD",
  statement: "Instances that were closed, with an upload left open, keep no files and connections of the process open.",
  why: "Jobs and tests open and close many in one process, and what each leaves open adds up.",
  source: "the contract of this suite, StorageDriver.close: frees what the instance holds",
  needs: [toldOpenFiles],
  check: forEach([{ left: "an upload" }], async ({ given, driver, connect }) => {
    await given.storedFile("/file", contentOf(1, 20))
    await expectNothingHeld(driver, "instances that are closed", async (index) => {
      const instance = await connect()
      const writer = await instance.writer(`/uploads/${index}`)
      await writer.write(bytesOf(contentOf(1, 20)))
      await instance.close()
      return writer
    })
  }),
})

export const rules: readonly Rule[] = [endedUploads, endedStreams, closedInstances]
