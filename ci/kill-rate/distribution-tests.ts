import { setTimeout as passes } from "node:timers/promises"
import { errorCodeOf, type StorageDriver, type StorageDriverErrorCode } from "../../drivers/contract.ts"
import { resolveCapabilities } from "../../suites/needs.ts"
import { attempt } from "./attempt.ts"
import { readAll } from "./read-all.ts"
import type { Opened } from "./worker.ts"

/**
 * The tests of Distribution's own suite (registry/storage/driver/testsuites/testsuites.go, v3.1.1), written here again from what each
 * of them does, to estimate what that suite would see of a known-bad driver. As there, every content is the beginning of one and the
 * same random buffer, and one instance makes all calls. Its sizes are those of its short form, and smaller where they say nothing more;
 * it waits for as long as the driver's clock needs instead of ten seconds. Its upload of 5 GiB is one of 16 MiB.
 */

interface Test {
  readonly name: string
  readonly holds: (given: Given) => Promise<boolean>
}

interface Given {
  readonly driver: StorageDriver
  /** Nothing is in it yet. */
  readonly folder: string
  /** Bytes of a part of a resumed upload. */
  readonly part: number
  /** Milliseconds after which a file written again is later. */
  readonly tick: number
}

/** The tests that fail, by name; late is how many of them never ended. */
export async function runTests({
  module,
  storage,
  folder,
}: Opened): Promise<{ readonly failed: readonly string[]; readonly late: number }> {
  const { chunkSize, modTimeResolution } = resolveCapabilities(module.capabilities, storage.capabilities)
  const driver = await storage.connect()
  const failed: string[] = []
  let late = 0
  for (const { name, holds } of tests) {
    const given = { driver, folder: `${folder}/${name.toLowerCase()}`, part: chunkSize, tick: modTimeResolution }
    const outcome = await attempt(() => holds(given), late < patience ? testLimit : shortLimit)
    if (outcome !== "holds") failed.push(name)
    if (outcome === "late") late++
  }
  await driver.close?.()
  return { failed, late }
}

/** Milliseconds for one test: far more than any takes on a busy machine. */
const testLimit = 30_000

/** Once so many tests never ended, the others get these milliseconds: most of them will not end either. */
const patience = 3
const shortLimit = 3_000

const MiB = 1024 * 1024

/** Every content is the beginning of this. */
const random = Buffer.alloc(8 * MiB)
for (let index = 0, state = 1; index < random.length; index++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
  random[index] = state >> 16
}
const contents = (length: number): Buffer => random.subarray(0, length)

async function refusedAs(call: Promise<unknown>, code: StorageDriverErrorCode): Promise<boolean> {
  return call.then(
    () => false,
    (reason: unknown) => errorCodeOf(reason) === code && Reflect.get(Object(reason), "driverName") !== "",
  )
}

async function read(driver: StorageDriver, path: string, offset?: number): Promise<Buffer> {
  return readAll(await driver.reader(path, offset === undefined ? {} : { offset }))
}

async function writesAndReads({ driver, folder }: Given, ...contentsInTurn: readonly Uint8Array[]): Promise<boolean> {
  for (const content of contentsInTurn) {
    await driver.putContent(`${folder}/file`, content)
    if (!Buffer.from(content).equals(await driver.getContent(`${folder}/file`))) return false
  }
  return true
}

async function upload(driver: StorageDriver, path: string, ...chunks: readonly Uint8Array[]): Promise<number> {
  const writer = await driver.writer(path)
  for (const chunk of chunks) await writer.write(chunk)
  await writer.commit()
  await writer.close()
  return writer.size
}

async function streams({ driver, folder }: Given, content: Uint8Array): Promise<boolean> {
  const size = await upload(driver, `${folder}/file`, content)
  return size === content.length && (await read(driver, `${folder}/file`)).equals(content)
}

async function continuesAppending({ driver, folder }: Given, part: number): Promise<boolean> {
  const path = `${folder}/file`
  const chunk = contents(part)
  for (const [index, append] of [false, true, true].entries()) {
    const writer = await driver.writer(path, { append })
    if (writer.size !== index * part) return false
    await writer.write(chunk)
    if (index === 2) await writer.commit()
    await writer.close()
    if (writer.size !== (index + 1) * part) return false
  }
  return (
    (await driver.getContent(path)).length === 3 * part && (await read(driver, path)).equals(Buffer.concat([chunk, chunk, chunk]))
  )
}

async function appendsToEmpty({ driver, folder }: Given, makeEmpty: (path: string) => Promise<unknown>): Promise<boolean> {
  const path = `${folder}/file`
  await makeEmpty(path)
  if ((await driver.stat(path)).size !== 0) return false
  const writer = await driver.writer(path, { append: true })
  await writer.write(contents(32))
  await writer.commit()
  await writer.close()
  return writer.size === 32 && contents(32).equals(await driver.getContent(path))
}

/** Whether nothing is left at these paths. */
async function areGone(driver: StorageDriver, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) if (!(await refusedAs(driver.getContent(path), "PathNotFound"))) return false
  return true
}

async function areThere(driver: StorageDriver, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) if (!contents(32).equals(await driver.getContent(path))) return false
  return true
}

const validPaths = [
  "/a",
  "/2",
  "/aa",
  "/a.a",
  "/0-9/abcdefg",
  "/abcdefg/z.75",
  "/abc/1.2.3.4.5-6_zyx/123.z/4",
  "/docker/docker-registry",
  "/123.abc",
  "/abc./abc",
  "/.abc",
  "/a--b",
  "/a-.b",
  "/_.abc",
  "/Docker/docker-registry",
  "/Abc/Cba",
]
const invalidPaths = ["", "/", "abc", "123.abc", "//bcd", "/abc_123/"]
const notUTF8 = Buffer.from([0x80, 0x80, 0x80, 0x80])

const tests: readonly Test[] = [
  { name: "RootExists", holds: async ({ driver }) => (await driver.list("/")) !== undefined },
  {
    name: "ValidPaths",
    holds: async ({ driver, folder }) => {
      for (const path of validPaths) {
        await driver.putContent(folder + path, contents(64))
        if (!contents(64).equals(await driver.getContent(folder + path))) return false
        await driver.delete(folder + path)
      }
      return true
    },
  },
  {
    name: "InvalidPaths",
    holds: async ({ driver }) => {
      for (const path of invalidPaths) {
        if (!(await refusedAs(driver.putContent(path, contents(64)), "InvalidPath"))) return false
        if (!(await refusedAs(driver.getContent(path), "InvalidPath"))) return false
      }
      return true
    },
  },
  { name: "WriteRead1", holds: (given) => writesAndReads(given, Buffer.from("a")) },
  { name: "WriteRead2", holds: (given) => writesAndReads(given, Buffer.from([0xc3, 0x9f])) },
  { name: "WriteRead3", holds: (given) => writesAndReads(given, contents(32)) },
  { name: "WriteRead4", holds: (given) => writesAndReads(given, contents(MiB)) },
  { name: "WriteReadNonUTF8", holds: (given) => writesAndReads(given, notUTF8) },
  { name: "Truncate", holds: (given) => writesAndReads(given, contents(MiB), contents(1024)) },
  { name: "ReadNonexistent", holds: ({ driver, folder }) => refusedAs(driver.getContent(`${folder}/none`), "PathNotFound") },
  { name: "WriteReadStreams1", holds: (given) => streams(given, Buffer.from("a")) },
  { name: "WriteReadStreams2", holds: (given) => streams(given, Buffer.from([0xc3, 0x9f])) },
  { name: "WriteReadStreams3", holds: (given) => streams(given, contents(32)) },
  { name: "WriteReadStreams4", holds: (given) => streams(given, contents(MiB)) },
  { name: "WriteReadStreamsNonUTF8", holds: (given) => streams(given, notUTF8) },
  {
    name: "WriteReadLargeStreams",
    holds: async ({ driver, folder }) => {
      const chunks = Array.from({ length: 512 }, () => contents(32 * 1024))
      const size = await upload(driver, `${folder}/file`, ...chunks)
      return size === 16 * MiB && (await read(driver, `${folder}/file`)).equals(Buffer.concat(chunks))
    },
  },
  {
    name: "ReaderWithOffset",
    holds: async ({ driver, folder }) => {
      const path = `${folder}/file`
      const whole = Buffer.concat([contents(32), contents(32), contents(32)])
      await driver.putContent(path, whole)
      for (const offset of [0, 32, 64, 95, 96]) {
        if (!(await read(driver, path, offset)).equals(whole.subarray(offset))) return false
      }
      return refusedAs(read(driver, path, -1), "InvalidOffset")
    },
  },
  { name: "ContinueStreamAppendLarge", holds: (given) => continuesAppending(given, given.part) },
  { name: "ContinueStreamAppendSmall", holds: (given) => continuesAppending(given, 32) },
  {
    name: "ReadNonexistentStream",
    holds: async ({ driver, folder }) =>
      (await refusedAs(read(driver, `${folder}/none`, 0), "PathNotFound")) &&
      (await refusedAs(read(driver, `${folder}/none`, 64), "PathNotFound")),
  },
  { name: "WriteZeroByteStreamThenAppend", holds: (given) => appendsToEmpty(given, (path) => upload(given.driver, path)) },
  {
    name: "WriteZeroByteContentThenAppend",
    holds: (given) => appendsToEmpty(given, (path) => given.driver.putContent(path, new Uint8Array())),
  },
  {
    name: "List",
    holds: async ({ driver, folder }) => {
      const parent = `${folder}/parent`
      if (!(await refusedAs(driver.list(parent), "PathNotFound"))) return false
      const children = Array.from({ length: 50 }, (_, index) => `${parent}/${index.toString(36).padStart(8, "n")}`)
      for (const child of children) await driver.putContent(child, contents(32))
      const root = (await driver.list("/")).some((path) => folder.startsWith(path) && path.startsWith("/"))
      const above = (await driver.list(folder)).join() === parent
      return root && above && (await driver.list(parent)).toSorted().join() === children.toSorted().join()
    },
  },
  {
    name: "Move",
    holds: async ({ driver, folder }) => {
      await driver.putContent(`${folder}/a`, contents(32))
      await driver.move(`${folder}/a`, `${folder}/b`)
      return contents(32).equals(await driver.getContent(`${folder}/b`)) && areGone(driver, [`${folder}/a`])
    },
  },
  {
    name: "MoveOverwrite",
    holds: async ({ driver, folder }) => {
      await driver.putContent(`${folder}/a`, contents(32))
      await driver.putContent(`${folder}/b`, contents(64))
      await driver.move(`${folder}/a`, `${folder}/b`)
      return contents(32).equals(await driver.getContent(`${folder}/b`)) && areGone(driver, [`${folder}/a`])
    },
  },
  {
    name: "MoveNonexistent",
    holds: async ({ driver, folder }) => {
      await driver.putContent(`${folder}/b`, contents(32))
      if (!(await refusedAs(driver.move(`${folder}/a`, `${folder}/b`), "PathNotFound"))) return false
      return areThere(driver, [`${folder}/b`])
    },
  },
  {
    name: "MoveInvalid",
    holds: async ({ driver, folder }) => {
      await driver.putContent(`${folder}/a`, contents(32))
      return driver.move(`${folder}/a/foo`, `${folder}/b`).then(
        () => false,
        () => true,
      )
    },
  },
  {
    name: "Delete",
    holds: async ({ driver, folder }) => {
      await driver.putContent(`${folder}/a`, contents(32))
      await driver.delete(`${folder}/a`)
      return areGone(driver, [`${folder}/a`])
    },
  },
  {
    name: "RedirectURL",
    holds: async ({ driver, folder }) => {
      const path = `${folder}/a`
      await driver.putContent(path, contents(32))
      const url = await driver.redirectURL(path, { method: "GET" })
      if (url === undefined) return true
      const response = await fetch(url)
      if (!contents(32).equals(Buffer.from(await response.arrayBuffer()))) return false
      const head = await driver.redirectURL(path, { method: "HEAD" })
      if (head === undefined) return true
      const headers = await fetch(head, { method: "HEAD" })
      return headers.status === 200 && headers.headers.get("content-length") === "32"
    },
  },
  { name: "DeleteNonexistent", holds: ({ driver, folder }) => refusedAs(driver.delete(`${folder}/none`), "PathNotFound") },
  {
    name: "DeleteFolder",
    holds: async ({ driver, folder }) => {
      const [parent, ...files] = [`${folder}/dir`, `${folder}/dir/a`, `${folder}/dir/b`, `${folder}/dir/c`]
      for (const file of files) await driver.putContent(file, contents(32))
      await driver.delete(files[0] ?? "")
      if (!(await areGone(driver, files.slice(0, 1))) || !(await areThere(driver, files.slice(1)))) return false
      await driver.delete(parent)
      return areGone(driver, files)
    },
  },
  {
    name: "DeleteOnlyDeletesSubpaths",
    holds: async ({ driver, folder }) => {
      const files = ["/dir/a", "/dir/a-suffix", "/dir-suffix/a"].map((path) => folder + path)
      for (const file of files) await driver.putContent(file, contents(32))
      await driver.delete(`${folder}/dir/a`)
      if (!(await areGone(driver, files.slice(0, 1))) || !(await areThere(driver, files.slice(1)))) return false
      await driver.delete(`${folder}/dir`)
      return (await areGone(driver, files.slice(0, 2))) && (await areThere(driver, files.slice(2)))
    },
  },
  {
    name: "StatCall",
    holds: async ({ driver, folder, tick }) => {
      const [parent, path] = [`${folder}/dir`, `${folder}/dir/file`]
      if (!(await refusedAs(driver.stat(parent), "PathNotFound"))) return false
      if (!(await refusedAs(driver.stat(path), "PathNotFound"))) return false
      await driver.putContent(path, contents(4_096))
      const first = await driver.stat(path)
      if (first.path !== path || first.size !== 4_096 || first.isDirectory) return false
      await passes(tick)
      await driver.putContent(path, contents(4_096))
      if ((await driver.stat(path)).modTime.getTime() <= first.modTime.getTime()) return false
      const directory = await driver.stat(parent)
      if (directory.path !== parent || !directory.isDirectory) return false
      return driver.stat("/").then(
        (root) => root.path === "/" && root.isDirectory,
        (reason: unknown) => errorCodeOf(reason) === "PathNotFound",
      )
    },
  },
  {
    name: "PutContentMultipleTimes",
    holds: async (given) => {
      if (!(await writesAndReads(given, contents(4_096), contents(2_048)))) return false
      return (await given.driver.stat(`${given.folder}/file`)).size === 2_048
    },
  },
  {
    name: "ConcurrentStreamReads",
    holds: async ({ driver, folder }) => {
      await driver.putContent(`${folder}/file`, contents(8 * MiB))
      const reads = Array.from({ length: 10 }, async (_, index) => {
        const offset = index * 800_000
        return (await read(driver, `${folder}/file`, offset)).equals(contents(8 * MiB).subarray(offset))
      })
      return (await Promise.all(reads)).every(Boolean)
    },
  },
  {
    name: "ConcurrentFileStreams",
    holds: async ({ driver, folder }) => {
      const chunks = Array.from({ length: 32 }, () => contents(32 * 1024))
      const writes = Array.from({ length: 8 }, async (_, index) => {
        await upload(driver, `${folder}/${index}`, ...chunks)
        return (await read(driver, `${folder}/${index}`)).equals(Buffer.concat(chunks))
      })
      return (await Promise.all(writes)).every(Boolean)
    },
  },
]
