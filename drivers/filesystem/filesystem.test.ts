import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, readdir, readFile, rename, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import type { StorageDriver } from "../contract.ts"
import filesystem from "./index.ts"
import { openTestStorage, type TestStorage } from "./test-storage.ts"

const text = (content: string) => Buffer.from(content)

let storage: TestStorage
let driver: StorageDriver
let outside: string
let root: string

beforeEach(async () => {
  storage = await openTestStorage()
  driver = storage.driver
  outside = storage.outside
  root = storage.root
})

describe("the layout", () => {
  it("has files under their paths, and its own state where no path leads", async () => {
    await driver.putContent("/a/b", text("content"))
    const pending = await driver.writer("/a/c")
    await pending.write(text("pending"))
    expect(await readFile(join(root, "a/b"), "utf8")).toBe("content")
    expect((await readdir(root)).sort()).toEqual(["a", "~state"])
    expect(await readdir(join(root, "a"))).toEqual(["b"])
    expect(await driver.list("/")).toEqual(["/a"])
    const walked: string[] = []
    await driver.walk("/", ({ path }) => void walked.push(path))
    expect(walked).toEqual(["/a", "/a/b"])
    await expect(driver.stat("/~state")).rejects.toMatchObject({ code: "InvalidPath" })
    await pending.commit()
    expect(await storage.leftovers()).toEqual([])
  })

  it("is swept of what killed processes left, but for pending uploads", async () => {
    const upload = await driver.writer("/pending")
    await upload.write(text("pending"))
    await upload.close()
    const temporary = join(root, "~state/temporary")
    await mkdir(join(temporary, "old-folder/a"), { recursive: true })
    for (const name of ["old-file", "young-file", "old-folder/a/file"]) await writeFile(join(temporary, name), "left")
    const uploads = join(root, "~state/uploads")
    const [folder = ""] = await readdir(uploads)
    const [file = ""] = await readdir(join(uploads, folder))
    const longAgo = new Date(Date.now() - 25 * 3_600_000)
    for (const entry of [
      join(temporary, "old-file"),
      join(temporary, "old-folder"),
      join(uploads, folder, file),
      join(uploads, folder),
    ]) {
      await utimes(entry, longAgo, longAgo)
    }
    const resumed = await (await storage.connect()).writer("/pending", { append: true })
    expect(await readdir(temporary)).toEqual(["young-file"])
    expect(resumed.size).toBe(7)
  })

  it("tells no time of a path that goes back, also where the clock does", async () => {
    const later = new Date(Date.now() + 3_600_000)
    for (const write of [
      () => driver.putContent("/file", text("new")),
      async () => (await driver.writer("/file")).commit(),
      () => driver.move("/other", "/file"),
    ]) {
      await driver.putContent("/file", text("old"))
      await driver.putContent("/other", text("other"))
      await utimes(join(root, "file"), later, later)
      await write()
      expect((await driver.stat("/file")).modTime.getTime()).toBeGreaterThanOrEqual(later.getTime())
    }
  })

  it("may hold empty folders, which a killed process left: they are no obstacle to a file", async () => {
    await mkdir(join(root, "empty"))
    await driver.putContent("/empty", text("file"))
    expect(await storage.contentOf("/empty")).toBe("file")
  })

  it("that goes missing is no empty storage", async () => {
    await driver.putContent("/a", text("content"))
    await rename(root, `${root}-unmounted`)
    const gone = { code: "Driver", message: expect.stringContaining("gone") }
    await expect(driver.getContent("/a")).rejects.toMatchObject(gone)
    await expect(driver.list("/")).rejects.toMatchObject(gone)
    await mkdir(root)
    await expect(driver.getContent("/a")).rejects.toMatchObject(gone)
    await expect(driver.delete("/a")).rejects.toMatchObject(gone)
    await expect(driver.move("/a", "/b")).rejects.toMatchObject(gone)
    await expect(driver.putContent("/a", text("content"))).rejects.toMatchObject({ code: "Driver" })
    await expect(driver.writer("/a")).rejects.toMatchObject({ code: "Driver" })
    expect(await readdir(root)).toEqual([])
  })
})

describe("parameters", () => {
  const issuesOf = async (input: unknown) => {
    const result = await filesystem.parameters?.["~standard"].validate(input)
    return result?.issues?.map(({ message, path }) => `${path?.join(".")}: ${message}`)
  }

  it("are told what they must be", async () => {
    expect(await issuesOf({})).toEqual([expect.stringMatching(/^rootdirectory: must be the path of a folder/)])
    expect(await issuesOf({ rootdirectory: "" })).toEqual([expect.stringMatching(/^rootdirectory: must be the path of a folder/)])
    expect(await issuesOf({ rootdirectory: "/x", maxthreads: 1.5 })).toEqual(["maxthreads: must be a whole number"])
    expect(await issuesOf({ rootdirectory: "/x", maxthreads: -1 })).toEqual(["maxthreads: must not be negative"])
    expect(await issuesOf({ rootdirectory: "/x", rootDirectory: "/x" })).toEqual([expect.stringContaining("rootDirectory")])
    expect(await issuesOf({ rootdirectory: "/x", maxthreads: 1 })).toBeUndefined()
  })

  it("that name a file are refused when it is opened", async () => {
    const file = join(outside, "file")
    await writeFile(file, "")
    const opening = filesystem.open({
      parameters: { rootdirectory: file, maxthreads: 100 },
      signal: new AbortController().signal,
    })
    await expect(opening).rejects.toMatchObject({ code: "Driver", message: expect.stringContaining(`rootdirectory "${file}"`) })
  })
})

describe("what was stored", () => {
  /** Runs the statements in a process of its own that kills itself after the last. */
  async function runAndKill(statements: string): Promise<void> {
    const script = `
      const { default: filesystem } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)})
      const storage = await filesystem.open({ parameters: { rootdirectory: ${JSON.stringify(root)}, maxthreads: 25 } })
      const driver = await storage.connect()
      const text = (content) => Buffer.from(content)
      ${statements}
      process.kill(process.pid, "SIGKILL")`
    const { promise, resolve } = Promise.withResolvers<{ readonly ending: unknown; readonly output: string }>()
    execFile(process.execPath, ["--input-type=module", "-e", script], (error, _, output) =>
      resolve({ ending: error?.signal, output }),
    )
    expect(await promise).toEqual({ ending: "SIGKILL", output: "" })
  }

  it("outlives a process that is killed right after the call", async () => {
    await driver.putContent("/overwritten", text("old"))
    await runAndKill(`
      await driver.putContent("/put/a", text("put"))
      await driver.putContent("/overwritten", text("new"))
      await driver.putContent("/source", text("moved"))
      await driver.move("/source", "/moved/a")
      const unfinished = await driver.writer("/moved/a")
      await unfinished.write(text("unfinished"))
      const writer = await driver.writer("/committed/a")
      await writer.write(text("committed"))
      await writer.commit()`)
    expect(await storage.contentOf("/put/a")).toBe("put")
    expect(await storage.contentOf("/overwritten")).toBe("new")
    expect(await storage.contentOf("/moved/a")).toBe("moved")
    expect(await storage.contentOf("/committed/a")).toBe("committed")
    await expect(driver.stat("/source")).rejects.toMatchObject({ code: "PathNotFound" })
  })

  it("is resumed where a killed process had closed it", async () => {
    await runAndKill(`
      const writer = await driver.writer("/a/b")
      await writer.write(text("one "))
      await writer.close()`)
    await runAndKill(`
      const writer = await driver.writer("/a/b", { append: true })
      await writer.write(text("two "))
      await writer.close()`)
    const writer = await driver.writer("/a/b", { append: true })
    expect(writer.size).toBe(8)
    await writer.write(text("three"))
    await writer.commit()
    expect(await storage.contentOf("/a/b")).toBe("one two three")
    expect(await storage.leftovers()).toEqual([])
  })
})

it("a cancelled put stores nothing", async () => {
  const controller = new AbortController()
  const put = driver.putContent("/a", Buffer.alloc(8_000_000), { signal: controller.signal })
  controller.abort("enough")
  await expect(put).rejects.toBe("enough")
  expect(await driver.list("/")).toEqual([])
  expect(await storage.leftovers()).toEqual([])
})

it("closing an instance keeps its pending uploads", async () => {
  const instance = await storage.connect()
  const writer = await instance.writer("/a")
  await writer.write(text("pending"))
  await instance.close?.()
  await expect(writer.write(text("more"))).rejects.toMatchObject({ code: "Driver", path: "/a" })
  expect((await driver.writer("/a", { append: true })).size).toBe(7)
  expect(existsSync(join(root, "a"))).toBe(false)
})

describe("close", () => {
  it("closes the files of writers that are open, and keeps their uploads", async () => {
    const instance = await storage.connect()
    const writer = await instance.writer("/upload")
    await writer.write(text("pending"))
    const finished = await instance.writer("/finished")
    await finished.commit()
    await instance.close?.()
    await expect(writer.write(text("more"))).rejects.toMatchObject({ code: "Driver" })
    const resumed = await driver.writer("/upload", { append: true })
    expect(resumed.size).toBe(7)
    await resumed.cancel()
  })
})
