import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { array, assert as fcAssert, property, string } from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import { BlackBox, readBlackBox } from "./black-box.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "black-box-"))
})
afterAll(() => rm(folder, { recursive: true }))

test("what was written last is read, whatever was written before it", () => {
  const path = join(folder, "call")
  const texts = array(
    string({ unit: "grapheme", maxLength: 40 }).filter((text) => !text.includes("\0")),
    { minLength: 1 },
  )
  fcAssert(
    property(texts, (written) => {
      const blackBox = new BlackBox(path)
      for (const text of written) blackBox.write(text)
      expect(readBlackBox(path)).toBe(written.at(-1))
      blackBox.discard()
      expect(readBlackBox(path)).toBe("")
    }),
  )
})
