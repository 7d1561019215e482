import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { forEach, inTurn, once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { readStream } from "../execution/observed-stream.ts"
import { expectBytes, expectContent, expectListing, expectRefusal, expectThat, mayReject } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const stored = contentOf(1, 300)
const pending = contentOf(2, 300)
const written = contentOf(3, 300)

/** What the instance that is closed did before. */
const uses: Readonly<Record<string, (leaving: ObservedDriver) => Promise<unknown>>> = {
  nothing: async () => undefined,
  reads: (leaving) => leaving.getContent("/folder/file"),
  "a write": (leaving) => leaving.putContent("/folder/file", bytesOf(stored)),
  "a writer that is left open": async (leaving) => {
    const writer = await leaving.writer("/left-open")
    await writer.write(bytesOf(written))
  },
}

const closingLeavesTheStorage = defineRule({
  id: "instances/closing-one-leaves-the-storage",
  level: "SHOULD",
  statement:
    "Closing an instance succeeds, whatever it was used for, leaves all that is stored and every closed upload as they were, and disturbs no other instance.",
  why: "A registry that stops, or a job beside it, must not take from those that go on what they stand on.",
  source:
    "the contract of this suite, StorageDriver.close; about/deploying.md, Load balancing considerations: registries that share one storage",
  check: forEach(
    Object.keys(uses).map((use) => ({ use })),
    async ({ given, driver, connect, use }) => {
      const leaving = await connect()
      await given.storedFile("/folder/file", stored)
      await given.closedUpload("/upload", pending)
      await uses[use]?.(leaving)
      await leaving.close()
      for (const other of [driver, await connect()]) {
        await expectContent(other, "/folder/file", stored)
        await expectListing(other, "/folder", ["/folder/file"])
      }
      await driver.putContent("/folder/other", bytesOf(written))
      await expectContent(driver, "/folder/other", written)
      const writer = await driver.writer("/upload", { append: true })
      expectThat(driver, writer.size === pending.length, `a size of ${pending.length}`, String(writer.size))
      await writer.commit()
      await expectContent(driver, "/upload", pending)
    },
  ),
})

/** More than drivers keep connections or places for: the filesystem driver's default is 100. */
const many = 120

const manyAtOnce = defineRule({
  id: "instances/many-calls-at-once",
  level: "SHOULD",
  statement: `Of ${many} calls made of one instance at once each is answered with what it asked for, also where as many more that waited with them were aborted.`,
  why: "A registry makes as many calls as it has clients: one that waits for a place and is forgotten is a client that hangs.",
  source: "base/regulator.go, whose places are handed on to those that wait; the registry's one driver for all requests",
  check: forEach([{ aborted: 0 }, { aborted: many }], async ({ given, driver, aborted }) => {
    const paths = Array.from({ length: 24 }, (_, index) => `/folder/${index}`)
    const contents = await given.files(paths)
    const readAll = async (): Promise<void> => {
      const reads = Array.from({ length: many }, (_, index) => index % paths.length).map(async (index) =>
        expectContent(driver, paths[index] ?? "", contents[index] ?? stored),
      )
      await Promise.all(reads)
    }
    const controller = new AbortController()
    const answered = readAll()
    const left = Array.from({ length: aborted }, () =>
      mayReject(() => driver.getContent("/folder/0", { signal: controller.signal })),
    )
    controller.abort(new Error("the caller has gone"))
    await Promise.all([answered, ...left])
    await readAll()
  }),
})

const manyOpen = defineRule({
  id: "instances/many-left-open",
  level: "SHOULD",
  statement: `While ${many} uploads, or as many streams that are read no further, are open, the instance goes on to read and write, and each of them too.`,
  why: "Each slow client keeps one open: where each holds a connection of a few, a registry stands still with the slowest.",
  source:
    "registry/handlers/blobupload.go and registry/storage/blobserver.go, which keep a writer or a reader for as long as a request takes",
  check: inTurn(
    once(async ({ given, driver }) => {
      await given.storedFile("/folder/file", stored)
      const paths = Array.from({ length: many }, (_, index) => `/uploads/${index}`)
      const writers = await Promise.all(paths.map((path) => driver.writer(path)))
      await expectGoesOn(driver)
      for (const [index, writer] of writers.entries()) await writer.write(bytesOf(contentOf(index + 1, 40)))
      await Promise.all(
        writers.map(async (writer) => {
          await writer.commit()
          await writer.close()
        }),
      )
      for (const [index, path] of paths.entries()) await expectContent(driver, path, contentOf(index + 1, 40))
    }),
    once(async ({ given, driver }) => {
      const content = contentOf(1, 300_000)
      await given.storedFile("/folder/file", stored)
      await given.storedFile("/large", content)
      const streams = await Promise.all(Array.from({ length: many }, () => driver.reader("/large")))
      const starts = await Promise.all(streams.map((stream) => readStream(stream, { enough: 1 })))
      await expectGoesOn(driver)
      for (const [index, stream] of streams.entries()) {
        const bytes = Buffer.concat([starts[index] ?? new Uint8Array(0), await readStream(stream)])
        expectBytes(driver, "/large", bytes, content)
      }
    }),
  ),
})

async function expectGoesOn(driver: ObservedDriver): Promise<void> {
  await expectContent(driver, "/folder/file", stored)
  await driver.putContent("/folder/new", bytesOf(written))
  await expectContent(driver, "/folder/new", written)
}

const missingIsNoOutage = defineRule({
  id: "instances/missing-often-is-no-outage",
  level: "SHOULD",
  statement: `After ${many} calls one after another for what is not there the same instance goes on to read and write.`,
  why: "A push asks for each layer first, and most are not there: what counts these answers as failures breaks off.",
  source: "registry/storage/linkedblobstore.go, whose Stat is asked before each upload",
  check: once(async ({ given, driver }) => {
    await given.storedFile("/folder/file", stored)
    for (let index = 0; index < many; index++) {
      const path = `/folder/absent-${index}`
      const call = () => (index % 2 === 0 ? driver.stat(path) : driver.getContent(path))
      await expectRefusal(driver, call, "PathNotFound", path)
    }
    await expectContent(driver, "/folder/file", stored)
    await driver.putContent("/folder/new", bytesOf(written))
    await expectContent(driver, "/folder/new", written)
    await expectListing(driver, "/folder", ["/folder/file", "/folder/new"])
  }),
})

export const rules: readonly Rule[] = [closingLeavesTheStorage, manyAtOnce, manyOpen, missingIsNoOutage]
