import { setTimeout as passes } from "node:timers/promises"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { forEach } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { destroyStream, readStream } from "../execution/observed-stream.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { countOpenFiles } from "../execution/open-files.ts"
import { expectThat } from "../expect.ts"
import { toldOpenFiles } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Uses in a round. */
const many = 20

/** A driver that keeps some files or connections for the next use stops at a number: 480 uses go beyond any that is for good reason. */
const mostRounds = 24

/** Milliseconds for what is being closed: behind a round, and behind the last one. */
const patience = { usual: 50, last: 1_000 }

/**
 * What is held does not grow with the uses: in one of the rounds, but for the first, it grows by less than a half of them.
 *
 * @param use is told which one it is, counted from 0
 */
async function expectNothingHeld(driver: ObservedDriver, what: string, use: (index: number) => Promise<unknown>): Promise<void> {
  // What is not reachable any more may be closed by the garbage collector, sometime.
  const used: unknown[] = []
  let growth = 0
  for (let round = 0; round < mostRounds; round++) {
    const before = countOpenFiles() ?? 0
    const limit = round === mostRounds - 1 ? patience.last : patience.usual
    for (let index = 0; index < many; index++) used.push(await use(round * many + index))
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
        const writer = await driver.writer(`/uploads/${index % many}`)
        await writer.write(bytesOf(contentOf(1, 20)))
        await ends[end]?.(writer)
        return writer
      })
    },
  ),
})

const streamEnds = {
  "that are read to their end": (stream: Parameters<typeof readStream>[0]) => readStream(stream),
  "that are destroyed": destroyStream,
} as const

const endedStreams = defineRule({
  id: "instances/ended-streams-hold-nothing",
  level: "SHOULD",
  statement: "Streams that were read to their end, or destroyed, keep no files and connections of the process open.",
  why: "A process may have so many open and no more: a registry that leaves one behind for each pull stands still after a day.",
  source: "storagedriver.go, Reader gives an io.ReadCloser; registry/storage/filereader.go closes it",
  needs: [toldOpenFiles],
  check: forEach(
    (["that are read to their end", "that are destroyed"] as const).map((end) => ({ end })),
    async ({ given, driver, end }) => {
      await given.storedFile("/file", contentOf(1, 300_000))
      await expectNothingHeld(driver, `streams ${end}`, async () => {
        const stream = await driver.reader("/file")
        await streamEnds[end](stream)
        return stream
      })
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
      const writer = await instance.writer(`/uploads/${index % many}`)
      await writer.write(bytesOf(contentOf(1, 20)))
      await instance.close()
      return writer
    })
  }),
})

export const rules: readonly Rule[] = [endedUploads, endedStreams, closedInstances]
