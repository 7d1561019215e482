import { chunksOf } from "../../fixtures/arbitraries/content.ts"
import { type Content, contentOf, firstDifference } from "../../fixtures/content.ts"
import { describeContent, diagnose } from "../../fixtures/content-diagnosis.ts"
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

const early = "a SHOULD, for Distribution's filesystem and in-memory drivers show uploads early"

const content = defineRule({
  id: "writer/content-comes-with-commit",
  level: "SHOULD",
  statement:
    "Until an upload is committed getContent and reader find nothing at its path, from any instance; then they give all.",
  why: "Whoever reads while a push is under way takes the part that has come for the whole.",
  source: `storagedriver.go, FileWriter.Commit, which makes the content available; ${early}`,
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
  id: "writer/stat-finds-it-with-commit",
  level: "SHOULD",
  statement: "Until an upload is committed stat finds nothing at its path, from any instance; then it gives the whole size.",
  why: "The registry asks stat alone whether it has a blob, and takes one that is there for whole.",
  source: `storagedriver.go, FileWriter.Commit; registry/storage/blobwriter.go, moveBlob; ${early}`,
  check: forEach(uploads, async (one) => {
    const whole = contentOfParts(one)
    await uploadLooking(one, "/upload", whole, (instance) =>
      expectRefusal(instance, () => instance.stat("/upload"), "PathNotFound", "/upload"),
    )
    await expectSize(one.driver, "/upload", whole.length)
  }),
})

const list = defineRule({
  id: "writer/list-shows-it-with-commit",
  level: "SHOULD",
  statement: "Until an upload is committed list does not show it, from any instance; then it does.",
  why: "The registry takes what it lists for there and reads it; what is not there yet makes the whole answer fail.",
  source: `storagedriver.go, FileWriter.Commit and List; registry/storage/tagstore.go reads what it lists; ${early}`,
  check: forEach(uploads, async (one) => {
    await one.given.storedFile("/folder/witness", contentOf(2, 8))
    await uploadLooking(one, "/folder/upload", contentOfParts(one), (instance) =>
      expectListing(instance, "/folder", ["/folder/witness"]),
    )
    await expectListing(one.driver, "/folder", ["/folder/upload", "/folder/witness"])
  }),
})

const walk = defineRule({
  id: "writer/walk-reports-it-with-commit",
  level: "SHOULD",
  statement: "Until an upload is committed walk does not report it, from any instance; then it does.",
  why: "Garbage collection takes what walk reports for stored, reads it, and gives up what it cannot read.",
  source: `storagedriver.go, FileWriter.Commit and Walk; registry/storage/garbagecollect.go; ${early}`,
  check: forEach(uploads, async (one) => {
    await one.given.storedFile("/folder/witness", contentOf(2, 8))
    await uploadLooking(one, "/folder/upload", contentOfParts(one), (instance) => expectWalk(instance, ["/folder/witness"]))
    await expectWalk(one.driver, ["/folder/upload", "/folder/witness"])
  }),
})

/** walk of "/" reports these files and no other. */
async function expectWalk(driver: ObservedDriver, wanted: readonly string[]): Promise<void> {
  const files: string[] = []
  await driver.walk("/", ({ path, isDirectory }) => {
    if (!isDirectory) files.push(path)
  })
  const same = files.length === wanted.length && wanted.every((path) => files.includes(path))
  expectThat(driver, same, `walk to report ${wanted.map(quote).join(", ")}`, files.map(quote).join(", ") || "no file")
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
