import { expect, test } from "vitest"
import inmemory from "../../../drivers/inmemory/index.ts"
import { bytesOf, contentOf, firstDifference } from "../../../fixtures/content.ts"
import { upload } from "./jobs.ts"

test("a process goes on at what the upload holds by then, also where more arrived than anybody had seen", async () => {
  const storage = await inmemory.open({ parameters: {}, signal: new AbortController().signal })
  const driver = await storage.connect()
  const content = contentOf(1, 1_000)
  const writer = await driver.writer("/upload")
  await writer.write(bytesOf(content, 0, 300))
  await writer.close()
  const report = await upload(
    driver,
    { path: "/upload", content, resume: true, end: 1_000, chunk: 64, finish: "commit" },
    () => {},
  )
  expect(report.sizeAtOpening).toBe(300)
  const stored = await driver.getContent("/upload")
  expect(stored).toHaveLength(1_000)
  expect(firstDifference(content, 0, stored)).toBeUndefined()
  await storage.close()
})
