import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { CallFailed } from "../execution/failures.ts"
import { forEach, once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectContent, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Calls of which the contract does not say whether they succeed: some drivers take them, some refuse. They lose nothing either way. */

async function whateverComesOf(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (reason) {
    if (!(reason instanceof CallFailed)) throw reason
  }
}

const content = contentOf(1, 300)
const other = contentOf(2, 200)

/** Puts where a file and a directory would be at one path. */
const conflicts = [
  { stored: "/a", path: "/a/b" },
  { stored: "/a", path: "/a/b/c" },
  { stored: "/a/b", path: "/a" },
  { stored: "/a/b/c", path: "/a" },
] as const

const put = defineRule({
  id: "content/elsewhere-stays-as-it-was",
  level: "SHOULD",
  statement: "What is put or uploaded below a file, or where a directory is, whether taken or refused, changes no other file.",
  why: "A write that is refused, or that goes well, must never cost what was stored under another name.",
  source: "storagedriver.go, PutContent: at the path; object stores keep both files, filesystems refuse the second",
  check: forEach(conflicts, async ({ given, driver, stored, path }) => {
    await given.file(stored, content)
    await whateverComesOf(driver.putContent(path, bytesOf(other)))
    await expectContent(driver, stored, content)
    await whateverComesOf(upload(driver, path))
    await expectContent(driver, stored, content)
  }),
})

async function upload(driver: ObservedDriver, path: string): Promise<void> {
  const writer = await driver.writer(path)
  await writer.write(bytesOf(other))
  await writer.commit()
  await writer.close()
}

const moveOnto = defineRule({
  id: "move/into-a-conflict-loses-nothing",
  level: "SHOULD",
  statement:
    "A move below a file, or to where a directory is, whether made or refused, changes no other file, and the one moved is at one of its two paths.",
  why: "A destination that is cleared before it is found unfit has cost what was there, and perhaps the source too.",
  source: "storagedriver.go, Move; rename(2), which refuses both and changes nothing; object stores keep both files",
  check: forEach(conflicts, async ({ given, driver, stored, path }) => {
    await given.file(stored, content)
    await given.file("/source", other)
    await whateverComesOf(driver.move("/source", path))
    await expectContent(driver, stored, content)
    await expectAtOneOf(driver, ["/source", path], other)
  }),
})

const moveDirectory = defineRule({
  id: "move/of-a-directory-loses-nothing",
  level: "SHOULD",
  statement: "After a move of a directory, made or refused, each file below it is at its old path or at its new one.",
  why: "Drivers differ in whether they move directories; whoever tries it must not lose what is in there.",
  source: "storagedriver.go, Move; distribution filesystem and in-memory drivers, which move all below, and s3, which refuses",
  check: once(async ({ given, driver }) => {
    await given.file("/old/a", content)
    await given.file("/old/b/c", other)
    await whateverComesOf(driver.move("/old", "/new"))
    await expectAtOneOf(driver, ["/old/a", "/new/a"], content)
    await expectAtOneOf(driver, ["/old/b/c", "/new/b/c"], other)
  }),
})

/** The content is what can be read at the first of these paths where anything can. */
async function expectAtOneOf(driver: ObservedDriver, paths: readonly string[], wanted: Content): Promise<void> {
  for (const path of paths) {
    const readable = await driver.getContent(path).then(
      () => true,
      (reason: unknown) => {
        if (reason instanceof CallFailed) return false
        throw reason
      },
    )
    if (readable) return expectContent(driver, path, wanted)
  }
  expectThat(driver, false, `the file moved to be at ${paths.map(quote).join(" or ")}`, "neither")
}

const committed = defineRule({
  id: "writer/what-is-committed-stays",
  level: "SHOULD",
  statement:
    "What one writer has committed is not changed by what another one that had the same upload open still writes and closes.",
  why: "A push that was taken up by another process and published goes on growing where the first process still writes.",
  source: "storagedriver.go, FileWriter.Commit; registry/storage/blobwriter.go, which hashes what it has written, and no more",
  check: once(async ({ given, driver, connect }) => {
    await given.closedUpload("/upload", contentOf(1, 300))
    const late = await driver.writer("/upload", { append: true })
    const resumed = await (await connect()).writer("/upload", { append: true })
    await resumed.write(bytesOf(contentOf(2, 100)))
    await resumed.commit()
    await resumed.close()
    const published = await driver.getContent("/upload")
    expectThat(driver, published.length > 0, "bytes to be committed", "none")
    await whateverComesOf(late.write(bytesOf(contentOf(3, 50))))
    await whateverComesOf(late.close())
    const now = await (await connect()).getContent("/upload")
    const same = Buffer.compare(published, now) === 0
    expectThat(driver, same, `the ${describeCount(published.length)} that were committed`, `others, ${now.length} of them`)
  }),
})

export const rules: readonly Rule[] = [put, moveOnto, moveDirectory, committed]
