import { chunksOf } from "../../fixtures/arbitraries/content.ts"
import { contentOf } from "../../fixtures/content.ts"
import { blockSizeOf } from "../block-size.ts"
import { forEach } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import { expectMissing, expectSize, expectStream } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const MiB = 1024 * 1024

const severalBlocks = defineRule({
  id: "move/of-several-blocks",
  level: "MUST",
  statement:
    "An upload of several of the driver's blocks moves whole, also onto a file that is there, and leaves nothing of one that it is moved onto; another instance reads it at once.",
  why: "Layers are as long as that, and the request that pulls one may reach another process than the one that moved it.",
  source: "storagedriver.go, Move; registry/storage/blobwriter.go, moveBlob; distribution pull request 886",
  check: forEach(
    (capabilities) => [
      { length: blockSizeOf(capabilities) + 1, replaced: 10 },
      { length: 2 * blockSizeOf(capabilities), replaced: undefined },
      { length: 10, replaced: blockSizeOf(capabilities) + 1 },
    ],
    async ({ given, driver, connect, length, replaced }) => {
      const content = contentOf(1, length)
      if (replaced !== undefined) await given.file("/blobs/data", contentOf(2, replaced))
      await setUp(async () => {
        const writer = await driver.writer("/uploads/data")
        for (const chunk of chunksOf(content, [MiB])) await writer.write(chunk)
        await writer.commit()
        await writer.close()
      })
      await driver.move("/uploads/data", "/blobs/data")
      const other = await connect()
      await expectSize(other, "/blobs/data", length)
      await expectStream(other, "/blobs/data", content)
      await expectMissing(other, "/uploads/data")
    },
  ),
})

export const rules: readonly Rule[] = [severalBlocks]
