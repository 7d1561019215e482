import { join, posix } from "node:path"
import { asyncProperty, assert as fcAssert, integer } from "fast-check"
import { expect, test } from "vitest"
import { findLimits, longestTaken } from "./limits.ts"
import { openTestStorage } from "./test-storage.ts"

test("the longest length that is taken is found, whatever it is", async () => {
  const property = asyncProperty(integer({ min: 0, max: 300 }), integer({ min: 1, max: 256 }), async (limit, tooLong) => {
    expect(await longestTaken(tooLong, async (length) => length <= limit)).toBe(Math.min(limit, tooLong - 1))
  })
  await fcAssert(property)
})

test("limits leave nothing behind, and go down with the length of the root directory's path", async () => {
  const storage = await openTestStorage()
  const temporary = join(storage.root, "~state/temporary")
  const { component, path } = await findLimits(temporary)
  expect(component).toBeGreaterThanOrEqual(100)
  expect(path).toBeLessThan(4095 - temporary.length)
  expect(await storage.leftovers()).toEqual([])
})

test("a path as long as the limit is stored, listed, moved and deleted with its folder; a longer one is refused", async () => {
  const storage = await openTestStorage()
  const { path: longest } = await findLimits(join(storage.root, "~state/temporary"))
  const folders = `/a${"/folder".repeat(Math.ceil(longest / 7))}`
  const path = `${folders.slice(0, longest - 2)}/f`.replaceAll("//", "/x")
  expect(path).toHaveLength(longest)
  await storage.driver.putContent(path, Buffer.from("content"))
  expect(await storage.contentOf(path)).toBe("content")
  expect(await storage.driver.list(posix.dirname(path))).toEqual([path])
  await storage.driver.move(path, `${path.slice(0, -1)}g`)
  const upload = await storage.driver.writer(path)
  await upload.commit()
  for (const call of [
    () => storage.driver.putContent(`${path}x`, Buffer.from("content")),
    () => storage.driver.writer(`${path}x`),
    () => storage.driver.move(path, `${path}x`),
    () => storage.driver.getContent(`${path}x`),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: "InvalidPath", path: expect.stringMatching(/x$/) })
  }
  await storage.driver.delete("/a")
  expect(await storage.driver.list("/")).toEqual([])
  expect(await storage.leftovers()).toEqual([])
})
