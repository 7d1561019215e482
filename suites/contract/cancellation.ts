import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { abortDuring, type CallWithSignal, moments } from "../abort-during.ts"
import { blockSizeOf } from "../block-size.ts"
import { CallFailed } from "../execution/failures.ts"
import { forEach } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { readStream } from "../execution/observed-stream.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { quote } from "../execution/rendering.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectBytes, expectContent, expectListing, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

type Prepare = (one: Case, folder: string) => Promise<CallWithSignal>

const file = contentOf(1, 300_000)
const names = ["/a", "/b", "/c/d", "/c/e", "/c/f/g", "/h"]

async function uploadOf(driver: ObservedDriver, path: string): Promise<ObservedWriter> {
  const writer = await driver.writer(path)
  await writer.write(bytesOf(file))
  return writer
}

/** Every call that takes a signal, each on what it is simplest to make it on. */
const calls: Readonly<Record<string, Prepare>> = {
  getContent: async ({ given, driver }, folder) => {
    const path = `${folder}/file`
    await given.file(path, file)
    return async (options) => expectBytes(driver, path, await driver.getContent(path, options), file)
  },
  putContent: async ({ driver }, folder) => {
    return (options) => driver.putContent(`${folder}/file`, bytesOf(file), options)
  },
  stat: async ({ given, driver }, folder) => {
    await given.file(`${folder}/file`, file)
    return async (options) => {
      const { size } = await driver.stat(`${folder}/file`, options)
      expectThat(driver, size === file.length, `a size of ${describeCount(file.length)}`, describeCount(size))
    }
  },
  list: async ({ given, driver }, folder) => {
    await given.files(names.map((name) => folder + name))
    return async (options) => {
      const listed = await driver.list(folder, options)
      const whole = listed.length === 4 && ["/a", "/b", "/c", "/h"].every((name) => listed.includes(folder + name))
      expectThat(driver, whole, `all 4 entries of ${quote(folder)}`, listed.map(quote).join(", ") || "nothing")
    }
  },
  walk: async ({ given, driver }, folder) => {
    await given.files(names.map((name) => folder + name))
    return (options) => walkWhole(driver, folder, options)
  },
  "walk, whose visitor aborts it": async ({ given, driver }, folder) => {
    await given.files(names.map((name) => folder + name))
    return (options, abort) => walkWhole(driver, folder, options, abort)
  },
  move: async ({ given, driver }, folder) => {
    await given.file(`${folder}/source`, file)
    return (options) => driver.move(`${folder}/source`, `${folder}/destination`, options)
  },
  delete: async ({ given, driver }, folder) => {
    await given.files(names.map((name) => folder + name))
    return (options) => driver.delete(folder, options)
  },
  reader: async ({ given, driver }, folder) => {
    await given.file(`${folder}/file`, file)
    return (options) => driver.reader(`${folder}/file`, options)
  },
  writer: async ({ driver }, folder) => {
    return (options) => driver.writer(`${folder}/file`, options)
  },
  write: async ({ driver, capabilities }, folder) => {
    const writer = await setUp(() => driver.writer(`${folder}/file`))
    const chunk = bytesOf(contentOf(1, blockSizeOf(capabilities) + 1))
    return (options) => writer.write(chunk, options)
  },
  close: async ({ driver }, folder) => {
    const writer = await setUp(() => uploadOf(driver, `${folder}/file`))
    return (options) => writer.close(options)
  },
  commit: async ({ driver }, folder) => {
    const writer = await setUp(() => uploadOf(driver, `${folder}/file`))
    return (options) => writer.commit(options)
  },
  cancel: async ({ driver }, folder) => {
    const writer = await setUp(() => uploadOf(driver, `${folder}/file`))
    return (options) => writer.cancel(options)
  },
}

async function walkWhole(
  driver: ObservedDriver,
  folder: string,
  options: { readonly signal?: AbortSignal },
  onSecond: () => void = () => {},
): Promise<void> {
  const reported: string[] = []
  const visit = ({ path }: { readonly path: string }): void => {
    if (reported.push(path) === 2) onSecond()
  }
  await driver.walk(folder, visit, options)
  const missing = names.filter((name) => !reported.includes(folder + name))
  expectThat(driver, missing.length === 0, "all files to be reported", `no report of ${missing.map(quote).join(", ")}`)
}

function named<Value>(record: Readonly<Record<string, Value>>, name: string): Value {
  const value = record[name]
  if (value === undefined) throw new Error(`there is no ${name}`)
  return value
}

const source = "the contract of this suite, CallOptions; the registry hands each request's context to the driver"

const reasonOrWhole = defineRule({
  id: "cancellation/rejects-with-the-reason-or-succeeds",
  level: "SHOULD",
  statement: "A call whose signal is aborted while it runs rejects with the signal's reason, or succeeds with all that it gives.",
  why: "A part that is given for the whole is believed, and any other error is logged as an outage whenever a client goes away.",
  source,
  check: forEach(
    Object.keys(calls).flatMap((call) => moments.map((moment) => ({ call, moment }))),
    async (one) => {
      await one.given.storedFile("/witness", contentOf(9, 16))
      const outcome = await abortDuring(one.moment, (folder) => named(calls, one.call)(one, folder))
      const right = outcome.succeeded || outcome.withTheReason
      expectThat(one.driver, right, "the signal's reason, or success", outcome.succeeded ? "" : outcome.failed.message)
    },
  ),
})

const streamsAreNotCut = defineRule({
  id: "cancellation/streams-end-with-an-error",
  level: "SHOULD",
  statement:
    "A stream whose signal is aborted before its end fails, or gives the content whole: it never ends early as if that were all.",
  why: "The part of a layer that was read would be passed on, and kept by caches, as if it were the layer.",
  source: `${source}; registry/handlers/blob.go`,
  check: forEach([{ enough: 0 }, { enough: 1 }, { enough: 200_000 }], async ({ given, driver, enough }) => {
    await given.storedFile("/file", file)
    const controller = new AbortController()
    const stream = await driver.reader("/file", { signal: controller.signal })
    const start = await readStream(stream, { enough })
    expectBytes(driver, "/file", start, { ...file, length: start.length })
    controller.abort(new Error("the caller has gone"))
    let rest: Uint8Array
    try {
      rest = await readStream(stream)
    } catch (reason) {
      if (reason instanceof CallFailed) return
      throw reason
    }
    expectBytes(driver, "/file", Buffer.concat([start, rest]), file)
  }),
})

/** More than drivers keep connections or places for: the filesystem driver's default is 100. */
const many = 120

/** Calls to be made and aborted by the dozen, the path being another one each time. */
const repeated: Readonly<
  Record<string, (driver: ObservedDriver, path: string, options: { readonly signal: AbortSignal }) => Promise<unknown>>
> = {
  getContent: (driver, _path, options) => driver.getContent("/file", options),
  putContent: (driver, path, options) => driver.putContent(path, bytesOf(contentOf(3, 1_000)), options),
  list: (driver, _path, options) => driver.list("/folder", options),
  walk: (driver, _path, options) => driver.walk("/folder", () => undefined, options),
  writer: (driver, path, options) => driver.writer(path, options),
}

const driverGoesOn = defineRule({
  id: "cancellation/the-driver-goes-on",
  level: "SHOULD",
  statement: `After ${many} calls that were aborted while they ran the same instance goes on to read, write and list, within the time limit.`,
  why: "What each aborted call keeps, a place or a connection, runs out one day, and then the registry stands still.",
  source: `${source}; base/regulator.go, whose places must be given back`,
  check: forEach(
    Object.keys(repeated).map((call) => ({ call })),
    async ({ given, driver, call }) => {
      await given.storedFile("/file", file)
      await given.storedFile("/folder/file", contentOf(2, 20))
      const make = named(repeated, call)
      const paths = Array.from({ length: many }, (_, index) => `/many/${index}`)
      await Promise.all(paths.map((path) => abortedAtOnce((options) => make(driver, path, options))))
      await expectContent(driver, "/file", file)
      await driver.putContent("/folder/new", bytesOf(contentOf(4, 20)))
      await expectListing(driver, "/folder", ["/folder/file", "/folder/new"])
      const writer = await driver.writer("/folder/upload")
      await writer.write(bytesOf(contentOf(5, 20)))
      await writer.commit()
      await writer.close()
      await expectContent(driver, "/folder/upload", contentOf(5, 20))
    },
  ),
})

/** A call whose signal is aborted when it has been made. How it ends is another rule's subject; that it settles is not. */
async function abortedAtOnce(make: (options: { readonly signal: AbortSignal }) => Promise<unknown>): Promise<void> {
  const controller = new AbortController()
  const made = make({ signal: controller.signal })
  controller.abort(new Error("the caller has gone"))
  try {
    await made
  } catch (reason) {
    if (!(reason instanceof CallFailed)) throw reason
  }
}

export const rules: readonly Rule[] = [reasonOrWhole, streamsAreNotCut, driverGoesOn]
