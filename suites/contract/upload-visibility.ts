import { chunksOf } from "../../fixtures/arbitraries/content.ts"
import { type Content, contentOf, firstDifference } from "../../fixtures/content.ts"
import { describeContent, describeCount, diagnose } from "../../fixtures/content-diagnosis.ts"
import { blockSizeOf } from "../block-size.ts"
import { forEach } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectContent, expectListing, expectRefusal, expectRefusalOrValue, expectSize, expectThat, readFrom } from "../expect.ts"
import type { ResolvedCapabilities } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

const MiB = 1024 * 1024

/** Bytes written before the upload is closed, and after it is resumed. */
type Parts = { readonly parts: readonly [number, number] }

/** An upload that stays in any buffer, and one that is longer than a block before it is closed. */
function uploads(capabilities: ResolvedCapabilities): readonly Parts[] {
  return [{ parts: [60, 40] }, { parts: [blockSizeOf(capabilities) + 1, 32] }]
}

/**
 * Makes an upload and calls `look` with each of two instances when it was opened, after each chunk, when it was closed, and when it was
 * resumed; not after its commit.
 *
 * @param look is told how many bytes were accepted
 */
async function uploadLooking(
  { driver, connect, parts }: Case & Parts,
  path: string,
  content: Content,
  look: (instance: ObservedDriver, accepted: number) => Promise<void>,
): Promise<void> {
  const other = await connect()
  let accepted = 0
  const lookTwice = async (): Promise<void> => {
    await look(driver, accepted)
    await look(other, accepted)
  }
  const chunks = chunksOf(content, [parts[0]]).toArray()
  for (const [index, part] of chunks.entries()) {
    const writer = await driver.writer(path, index === 0 ? {} : { append: true })
    await lookTwice()
    for (let start = 0; start < part.length; start += MiB) {
      const chunk = part.slice(start, start + MiB)
      await writer.write(chunk)
      accepted += chunk.length
      await lookTwice()
    }
    if (index === chunks.length - 1) await writer.commit()
    await writer.close()
    if (index < chunks.length - 1) await lookTwice()
  }
}

const contentOfParts = ({ parts }: Parts, object = 1, version = 0): Content => contentOf(object, parts[0] + parts[1], version)

/*
 * What shows of an upload before its commit has a level of its own for each observation. That its content cannot be read rests on the
 * text of Commit alone, and three of Distribution's drivers do not keep to it: a SHOULD. That stat, list and walk do not show it rests
 * on no text and no caller; callers rely on being able to read what these show. So they may show as much as can be read, and no more.
 */

const content = defineRule({
  id: "writer/content-comes-with-commit",
  level: "SHOULD",
  statement:
    "Until an upload is committed getContent and reader find nothing at its path, from any instance; then they give all.",
  why: "Whoever reads while a push is under way takes the part that has come for the whole.",
  source:
    "storagedriver.go, FileWriter.Commit, which makes the content available to GetContent and Reader; a SHOULD, for Distribution's filesystem, in-memory and azure drivers show it early",
  check: forEach(uploads, async (one) => {
    const whole = contentOfParts(one)
    await uploadLooking(one, "/upload", whole, async (instance) => {
      await expectRefusal(instance, () => instance.getContent("/upload"), "PathNotFound", "/upload")
      await expectRefusal(instance, () => readFrom(instance, "/upload"), "PathNotFound", "/upload")
    })
    await expectContent(one.driver, "/upload", whole)
  }),
})

const stat = defineRule({
  id: "writer/stat-tells-what-can-be-read",
  level: "SHOULD",
  statement:
    "Until an upload is committed stat finds nothing at its path, or the size of what can be read there, from any instance; then the whole size.",
  why: "The registry asks stat whether it has a blob and how long it is, and promises the client just that.",
  source: "registry/storage/blobserver.go, which sends what reader gives under the size that stat gave",
  check: forEach(uploads, async (one) => {
    const whole = contentOfParts(one)
    await uploadLooking(one, "/upload", whole, async (instance) => {
      const info = await expectRefusalOrValue(instance, () => instance.stat("/upload"), "PathNotFound", "/upload")
      if (info === undefined) return
      const { length } = await instance.getContent("/upload")
      expectThat(
        instance,
        info.size === length,
        `the size of the ${describeCount(length)} that can be read`,
        describeCount(info.size),
      )
    })
    await expectSize(one.driver, "/upload", whole.length)
  }),
})

const list = defineRule({
  id: "writer/list-shows-what-can-be-read",
  level: "SHOULD",
  statement: "Until an upload is committed list shows nothing of it that cannot be read, from any instance; then it shows it.",
  why: "The registry reads what it lists; what is not there yet makes the whole answer fail.",
  source: "registry/storage/tagstore.go, which reads what it lists",
  check: forEach(uploads, async (one) => {
    await one.given.storedFile("/folder/witness", contentOf(2, 8))
    await uploadLooking(one, "/folder/upload", contentOfParts(one), async (instance) => {
      expectWitness(instance, "list", await readAll(instance, await instance.list("/folder")))
    })
    await expectListing(one.driver, "/folder", ["/folder/upload", "/folder/witness"])
  }),
})

const walk = defineRule({
  id: "writer/walk-reports-what-can-be-read",
  level: "SHOULD",
  statement:
    "Until an upload is committed walk reports nothing of it that cannot be read, from any instance; then it reports it.",
  why: "Garbage collection takes what walk reports for stored, reads it, and gives up a repository that it cannot read.",
  source: "registry/storage/garbagecollect.go, which reads what walk reports",
  check: forEach(uploads, async (one) => {
    await one.given.storedFile("/folder/witness", contentOf(2, 8))
    await uploadLooking(one, "/folder/upload", contentOfParts(one), async (instance) => {
      expectWitness(instance, "walk", await readAll(instance, await filesOf(instance)))
    })
    const files = await filesOf(one.driver)
    const same = files.length === 2 && files.includes("/folder/upload") && files.includes("/folder/witness")
    expectThat(one.driver, same, "walk to report the upload and the file beside it", files.map(quote).join(", ") || "no file")
  }),
})

/** Reads each of the paths, which must be there, and gives them. */
async function readAll(driver: ObservedDriver, paths: readonly string[]): Promise<readonly string[]> {
  for (const path of paths) await driver.getContent(path)
  return paths
}

function expectWitness(driver: ObservedDriver, method: string, paths: readonly string[]): void {
  expectThat(
    driver,
    paths.includes("/folder/witness"),
    `${method} to show "/folder/witness"`,
    paths.map(quote).join(", ") || "nothing",
  )
}

/** Files that walk of "/" reports. */
async function filesOf(driver: ObservedDriver): Promise<readonly string[]> {
  const files: string[] = []
  await driver.walk("/", ({ path, isDirectory }) => {
    if (!isDirectory) files.push(path)
  })
  return files
}

const neverMixed = defineRule({
  id: "writer/older-content-is-never-mixed-with-it",
  level: "SHOULD",
  statement:
    "Until an upload over a file is committed its path gives the older content whole, nothing, or what was written so far, and never a mixture; then the new.",
  why: "Half of one layer and half of another is a blob that no digest fits, under the name of one that was good.",
  source:
    "storagedriver.go, Writer and FileWriter.Commit; whether the older content stays until commit is left open, and drivers differ",
  check: forEach(
    (capabilities) => uploads(capabilities).flatMap((parts) => [50, 200_000].map((older) => ({ ...parts, older }))),
    async (one) => {
      const old = contentOf(1, one.older, 1)
      const replacing = contentOfParts(one, 1, 2)
      await one.given.storedFile("/file", old)
      await uploadLooking(one, "/file", replacing, async (instance, accepted) => {
        for (const read of [() => instance.getContent("/file"), () => readFrom(instance, "/file")]) {
          const bytes = await expectRefusalOrValue(instance, read, "PathNotFound", "/file")
          if (bytes !== undefined) expectOldOrBeginning(instance, bytes, old, { ...replacing, length: accepted })
        }
      })
      await expectContent(one.driver, "/file", replacing)
    },
  ),
})

/** All of the older content, or the beginning of what was accepted, be it empty. */
function expectOldOrBeginning(driver: ObservedDriver, bytes: Uint8Array, old: Content, accepted: Content): void {
  const isOld = bytes.length === old.length && firstDifference(old, 0, bytes) === undefined
  const isBeginning = bytes.length <= accepted.length && firstDifference(accepted, 0, bytes) === undefined
  const expected = `${describeContent(old)}, or the beginning of ${describeContent(accepted)}`
  expectThat(driver, isOld || isBeginning, expected, isOld || isBeginning ? "" : diagnose(old, 0, bytes))
}

export const rules: readonly Rule[] = [content, stat, list, walk, neverMixed]
