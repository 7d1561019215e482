import { constants } from "node:fs"
import { open, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import type { StorageDriver } from "../contract.ts"
import { openTestStorage, type TestStorage } from "./test-storage.ts"

const text = (content: string) => Buffer.from(content)

let storage: TestStorage
let driver: StorageDriver

beforeEach(async () => {
  storage = await openTestStorage()
  driver = storage.driver
})

describe("side by side", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)

  it("files come and go in one folder, which comes and goes with them", async () => {
    const other = await storage.connect()
    await Promise.all(
      numbers(12).map(async (file) => {
        const [one, two] = file % 2 === 0 ? [driver, other] : [other, driver]
        for (const round of numbers(8)) {
          const path = `/deep/folder/${file}`
          await one.putContent(path, text(`${file} ${round}`))
          expect(Buffer.from(await two.getContent(path)).toString()).toBe(`${file} ${round}`)
          await two.move(path, `/other${path}`)
          await one.delete(`/other${path}`)
        }
      }),
    )
    expect(await driver.list("/")).toEqual([])
    expect(await storage.leftovers()).toEqual([])
  })

  it("folders that vanish are made again for whatever is put into them", async () => {
    const other = await storage.connect()
    await Promise.all(
      [driver, other, driver, other].map(async (instance, number) => {
        for (const round of numbers(60)) {
          const path = `/folder/${number}`
          if (round % 2 === 0) {
            await instance.putContent(path, text("x"))
          } else {
            const writer = await instance.writer(path)
            await writer.commit()
          }
          await instance.delete(path)
        }
      }),
    )
    expect(await driver.list("/")).toEqual([])
    expect(await storage.leftovers()).toEqual([])
  })

  // A rename that found the folder before it was moved out of sight puts its file there; through an open folder that is repeated at will.
  it.runIf(process.platform === "linux")("a tree is deleted while files still arrive in it", async () => {
    for (const file of numbers(200)) await driver.putContent(`/folder/${file}`, text("x"))
    await using folder = await open(join(storage.root, "folder"), constants.O_RDONLY | constants.O_DIRECTORY)
    const arrive = async (): Promise<void> => {
      for (const late of numbers(100)) {
        // What has no folder any more is refused.
        await writeFile(`/proc/self/fd/${folder.fd}/late-${late}`, "late").catch(() => {})
      }
    }
    await Promise.all([driver.delete("/folder"), arrive()])
    expect(await driver.list("/")).toEqual([])
    expect(await storage.leftovers()).toEqual([])
  })

  it("writers of one path commit what one of them wrote, or are told of each other", async () => {
    const contents = new Set(["before"])
    await driver.putContent("/a", text("before"))
    const other = await storage.connect()
    await Promise.all(
      [driver, other, driver, other].map(async (instance, number) => {
        for (const round of numbers(30)) {
          const writer = await instance.writer("/a")
          try {
            const content = `${number} `.repeat(100 + round)
            contents.add(content)
            await writer.write(text(content))
            await (number === 0 ? writer.cancel() : writer.commit())
          } catch (error) {
            expect(error).toMatchObject({ code: "Driver", message: expect.stringContaining("another writer") })
            await writer.close()
          }
          expect(contents).toContain(await storage.contentOf("/a"))
        }
      }),
    )
  })

  it("one of several moves of a file succeeds, and the others leave nothing behind", async () => {
    for (const round of numbers(10)) {
      await driver.putContent("/source", text("x"))
      const moves = numbers(6).map((number) => driver.move("/source", `/${round}-${number}/deep/file`))
      const results = await Promise.allSettled(moves)
      const refused = results.filter(({ status }) => status === "rejected")
      expect(refused).toHaveLength(5)
      for (const result of refused) expect(result).toMatchObject({ reason: { code: "PathNotFound", path: "/source" } })
      expect(await driver.list("/")).toHaveLength(1)
      for (const path of await driver.list("/")) await driver.delete(path)
    }
  })

  it("a folder is deleted while files are put into it: each put is there or was deleted", async () => {
    for (const round of numbers(10)) {
      await driver.putContent("/folder/first", text("first"))
      const puts = numbers(6).map((file) => driver.putContent(`/folder/${round}/${file}`, text("x")))
      await Promise.all([...puts, driver.delete("/folder")])
    }
    await driver.putContent("/folder/last", text("last"))
    expect(await driver.list("/folder")).toContain("/folder/last")
    expect(await storage.leftovers()).toEqual([])
  })

  it("readers see the old content or the new, and stat their size", async () => {
    const contents = [Buffer.alloc(100_000, "a"), Buffer.alloc(150_000, "b"), Buffer.alloc(71, "c")]
    const known = contents.map((content) => content.toString())
    await driver.putContent("/link", Buffer.alloc(71, "c"))
    let overwriting = true
    const overwrite = (async () => {
      for (const round of numbers(30)) await driver.putContent("/link", contents[round % 3] ?? Buffer.alloc(0))
      overwriting = false
    })()
    const sizes = new Set<number>()
    while (overwriting) {
      expect(known).toContain(await storage.contentOf("/link"))
      expect(known).toContain(Buffer.concat(await (await driver.reader("/link")).toArray()).toString())
      sizes.add((await driver.stat("/link")).size)
    }
    await overwrite
    expect(contents.map(({ length }) => length)).toEqual(expect.arrayContaining([...sizes]))
  })

  it("more calls than maxthreads are all made, visitors' calls included", async () => {
    await Promise.all(numbers(200).map((file) => driver.putContent(`/${file % 7}/${file}`, text(String(file)))))
    const sizes = await Promise.all(
      numbers(30).map(async () => {
        let sum = 0
        await driver.walk("/", async ({ path }) => {
          const { size } = await driver.stat(path)
          sum += size
        })
        return sum
      }),
    )
    expect(new Set(sizes)).toEqual(new Set([10 + 90 * 2 + 100 * 3]))
    expect((await driver.list("/3")).length).toBe(29)
  })
})
