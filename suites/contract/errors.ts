import { unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { blockSizeOf } from "../block-size.ts"
import { CallFailed, propertyOf } from "../execution/failures.ts"
import { forAll, forEach } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { readStream } from "../execution/observed-stream.ts"
import { quote } from "../execution/rendering.ts"
import { expectBytes, expectThat, readFrom } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

type NamedCall = readonly [name: string, call: () => Promise<unknown>]

/** Calls that reject with an error of the contract, of each method that has one. */
function failingCalls(driver: ObservedDriver, present: string, absent: string, other: string): readonly NamedCall[] {
  const invalid = `${present}//a`
  return [
    ["getContent", () => driver.getContent(absent)],
    ["getContent, of an invalid path,", () => driver.getContent(invalid)],
    ["reader", () => readFrom(driver, absent)],
    ["reader, at a negative offset,", () => readFrom(driver, present, -1)],
    ["stat", () => driver.stat(absent)],
    ["list", () => driver.list(absent)],
    ["delete", () => driver.delete(absent)],
    ["move", () => driver.move(absent, other)],
    ["putContent, to an invalid path,", () => driver.putContent(invalid, bytesOf(contentOf(2, 8)))],
    ["writer, to an invalid path,", () => driver.writer(invalid)],
    ["walk, of an invalid path,", () => driver.walk(invalid, () => undefined)],
    ["redirectURL, of an invalid path,", () => driver.redirectURL(invalid)],
  ]
}

const driverName = defineRule({
  id: "errors/driver-name",
  level: "MUST",
  statement: "Errors of the contract carry the name of the driver that raised them.",
  why: "An operator reads in the log which storage it was that refused.",
  source: "base/base.go, setDriverName; testsuites.go, TestReadNonexistent, TestInvalidPaths and TestReaderWithOffset",
  check: forAll({ paths: unrelatedPaths(3) }, async ({ given, driver, paths: [present, absent, other] }) => {
    await given.storedFile(present, contentOf(1, 16))
    for (const [method, call] of failingCalls(driver, present, absent, other)) await expectDriverName(driver, method, call)
    await given.file(`${other}/inside`, contentOf(2, 8))
    const perhaps: readonly NamedCall[] = [
      ["write, to an upload that another writer committed,", () => writeLate(driver, absent)],
      ["move, of a directory,", () => driver.move(other, absent)],
      ["getContent, of a directory,", () => driver.getContent("/")],
      ["list, of a file,", () => driver.list(present)],
      ["putContent, below a file,", () => driver.putContent(`${present}/a`, bytesOf(contentOf(2, 8)))],
      ["writer, to append to a file,", () => driver.writer(present, { append: true })],
    ]
    for (const [method, call] of perhaps) await expectDriverName(driver, method, call, "or to succeed")
  }),
})

/** Writes to an upload that was committed by another writer, which had resumed it too. */
async function writeLate(driver: ObservedDriver, path: string): Promise<void> {
  await (await driver.writer(path)).close()
  const late = await driver.writer(path, { append: true })
  const resumed = await driver.writer(path, { append: true })
  await resumed.commit()
  await resumed.close()
  await late.write(bytesOf(contentOf(3, 8)))
  await late.close()
}

/** @param may whether the call may succeed as well: what comes of it is undefined */
async function expectDriverName(
  driver: ObservedDriver,
  method: string,
  call: () => Promise<unknown>,
  may?: "or to succeed",
): Promise<void> {
  try {
    await call()
  } catch (thrown) {
    if (!(thrown instanceof CallFailed)) throw thrown
    const named: unknown = propertyOf(thrown.reason, "driverName")
    return expectThat(
      driver,
      named === driver.name,
      `the error of ${method} to name the driver ${quote(driver.name)}`,
      typeof named === "string" ? quote(named) : `a ${typeof named}`,
    )
  }
  if (may === undefined) expectThat(driver, false, `${method} to reject`, "success")
}

const rejections = defineRule({
  id: "errors/come-by-the-promise",
  level: "SHOULD",
  statement: "A call that fails rejects the promise that it gives; it throws nothing where it is made.",
  why: "Who makes several calls and waits for all of them, or names what is to be done where one fails, misses what is thrown before.",
  source: "the contract of this suite, StorageDriver, each of whose methods gives a promise",
  check: forAll(
    { paths: unrelatedPaths(3) },
    async ({ given, driver, paths: [present, absent, other] }) => {
      await given.storedFile(present, contentOf(1, 16))
      for (const [method, call] of failingCalls(driver, present, absent, other)) {
        try {
          await call()
        } catch (thrown) {
          if (!(thrown instanceof CallFailed)) throw thrown
          expectThat(driver, !thrown.atOnce, `${method} to give a promise that rejects`, `thrown at once: ${thrown.message}`)
        }
      }
    },
    { runs: 3 },
  ),
})

const brokenOffStreams = defineRule({
  id: "errors/broken-off-streams-name-the-driver",
  level: "SHOULD",
  statement: "A stream that breaks off because its file changes does so with an error that carries the driver's name.",
  why: "The registry logs it in place of the rest of a layer: one that names no storage, or none at all, tells an operator nothing.",
  source:
    "the contract of this suite, StorageDriver, on errors of every method; registry/storage/filereader.go passes on what it meets",
  check: forEach(
    (capabilities) => {
      const length = 2 * blockSizeOf(capabilities) + 5
      return [
        { change: "putContent", length },
        { change: "delete", length },
      ] as const
    },
    async ({ given, driver, connect, change, length }) => {
      await given.storedFile("/file", contentOf(1, length))
      const stream = await driver.reader("/file")
      const start = await readStream(stream, { enough: 1 })
      expectBytes(driver, "/file", start, contentOf(1, start.length))
      const other = await connect()
      if (change === "delete") await other.delete("/file")
      else await other.putContent("/file", bytesOf(contentOf(1, length, 2)))
      await expectDriverName(driver, "the stream", () => readStream(stream), "or to succeed")
    },
  ),
})

export const rules: readonly Rule[] = [driverName, rejections, brokenOffStreams]
