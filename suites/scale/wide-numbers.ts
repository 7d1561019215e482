import { contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { expectSize, expectThat } from "../expect.ts"
import { longObjects, roomFor } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"
import { large } from "./large-case.ts"
import { expectRange, writeRange } from "./transfer.ts"

const path = "/blobs/data"
const windowLength = 256 * 1024

/** Where a number of 31 or 32 bits, signed or not, goes over. */
const edges = [2 ** 31, 2 ** 32]

const exact = defineRule({
  id: "large-objects/beyond-32-bits",
  level: "MUST",
  statement:
    "Sizes and offsets beyond 2^31 and 2^32 are exact: those of a writer, of one that resumes, of stat, and of streams that begin there.",
  why: "A layer of more than 4 GiB is nothing special, and a number of 32 bits on its way makes another object of it.",
  source: "storagedriver.go, Reader, FileWriter and FileInfo: sizes and offsets are int64; testsuites.go, TestReaderWithOffset",
  needs: [longObjects, roomFor(1)],
  check: large(async ({ driver, connect, extent: { bytes } }) => {
    const content = contentOf(23, bytes)
    // The upload goes on just behind the last edge: where a resumed one begins is such a number too.
    const resumedAt = Math.max(...edges) + 1_000
    const writer = await driver.writer(path)
    await writeRange(writer, content, { to: resumedAt })
    expectThat(driver, writer.size === resumedAt, `a writer's size of ${describeCount(resumedAt)}`, describeCount(writer.size))
    await writer.close()
    const resumed = await (await connect()).writer(path, { append: true })
    expectThat(
      driver,
      resumed.size === resumedAt,
      `the upload to be resumed at ${describeCount(resumedAt)}`,
      `a size of ${resumed.size}`,
    )
    await writeRange(resumed, content, { from: resumedAt })
    await resumed.commit()
    await expectSize(driver, path, bytes)
    for (const offset of edges.flatMap((edge) => [edge - 1, edge, edge + 1])) {
      await expectRange(driver, path, content, { offset, length: Math.min(windowLength, bytes - offset) })
    }
    await expectRange(driver, path, content, { offset: bytes - 1 })
  }),
})

export const rules: readonly Rule[] = [exact]
