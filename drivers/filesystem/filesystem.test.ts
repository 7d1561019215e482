import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, it, onTestFinished } from "vitest"
import type { StorageDriver } from "../contract.ts"
import filesystem from "./index.ts"

const { signal } = new AbortController()
const text = (content: string) => Buffer.from(content)

/** The root directory lies in a folder that is not the storage's. */
let outside: string
let root: string
let driver: StorageDriver

async function connect(): Promise<StorageDriver> {
  const storage = await filesystem.open({ parameters: { rootdirectory: root, maxthreads: 25 }, signal })
  const instance = await storage.connect()
  onTestFinished(async () => instance.close?.())
  return instance
}

async function contentOf(path: string): Promise<string> {
  return Buffer.from(await driver.getContent(path)).toString()
}

async function leftovers(): Promise<readonly string[]> {
  return [...(await readdir(join(root, "~state/temporary"))), ...(await readdir(join(root, "~state/uploads")))]
}

beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), "filesystem-test-"))
  root = join(outside, "storage", "root")
  onTestFinished(() => rm(outside, { recursive: true, force: true }))
  driver = await connect()
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
    expect(await leftovers()).toEqual([])
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
    const resumed = await (await connect()).writer("/pending", { append: true })
    expect(await readdir(temporary)).toEqual(["young-file"])
    expect(resumed.size).toBe(7)
  })

  it("may hold empty folders, which a killed process left: they are no obstacle to a file", async () => {
    await mkdir(join(root, "empty"))
    await driver.putContent("/empty", text("file"))
    expect(await contentOf("/empty")).toBe("file")
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
    const opening = filesystem.open({ parameters: { rootdirectory: file, maxthreads: 100 }, signal })
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
    expect(await contentOf("/put/a")).toBe("put")
    expect(await contentOf("/overwritten")).toBe("new")
    expect(await contentOf("/moved/a")).toBe("moved")
    expect(await contentOf("/committed/a")).toBe("committed")
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
    expect(await contentOf("/a/b")).toBe("one two three")
    expect(await leftovers()).toEqual([])
  })
})

describe("no path leaves the root", () => {
  beforeEach(async () => {
    await mkdir(join(outside, "folder"))
    await writeFile(join(outside, "folder", "secret"), "secret")
    await driver.putContent("/inside/file", text("inside"))
  })

  async function expectRefused(path: string, code: string): Promise<void> {
    const refused = { code, driverName: "filesystem" }
    await expect(driver.getContent(path)).rejects.toMatchObject(refused)
    await expect(driver.reader(path)).rejects.toMatchObject(refused)
    await expect(driver.stat(path)).rejects.toMatchObject(refused)
    await expect(driver.list(path)).rejects.toMatchObject(refused)
    await expect(driver.walk(path, () => {})).rejects.toMatchObject(refused)
    await expect(driver.writer(path, { append: true })).rejects.toMatchObject(refused)
  }

  async function expectNoWriteThrough(path: string, code: string): Promise<void> {
    const refused = { code, driverName: "filesystem" }
    await expect(driver.putContent(path, text("x"))).rejects.toMatchObject(refused)
    await expect(driver.writer(path)).rejects.toMatchObject(refused)
    await expect(driver.move("/inside/file", path)).rejects.toMatchObject(refused)
    await expect(driver.move(path, "/inside/other")).rejects.toMatchObject(refused)
    await expect(driver.delete(path)).rejects.toMatchObject(refused)
  }

  async function expectOutsideUnchanged(): Promise<void> {
    expect((await readdir(outside)).sort()).toEqual(["folder", "storage"])
    expect(await readdir(join(outside, "folder"))).toEqual(["secret"])
    expect(await readFile(join(outside, "folder", "secret"), "utf8")).toBe("secret")
    expect(await contentOf("/inside/file")).toBe("inside")
    expect(await leftovers()).toEqual([])
  }

  it.each(["/..", "/.", "/../x", "/inside/../inside/file", "/inside/.", "/inside/..", "/../../folder/secret"])(
    "%s is refused",
    async (path) => {
      await expectRefused(path, "InvalidPath")
      await expectNoWriteThrough(path, "InvalidPath")
      await expectOutsideUnchanged()
    },
  )

  it("by a link on the way", async () => {
    await symlink(join(outside, "folder"), join(root, "absolute"))
    await symlink("../../folder", join(root, "relative"))
    await symlink(root, join(root, "inside", "around"))
    for (const path of ["/absolute/secret", "/relative/secret", "/inside/around/absolute/secret", "/relative/new/deep"]) {
      await expectNoWriteThrough(path, "Driver")
      if (!path.includes("new")) await expectRefused(path, "Driver")
    }
    await expectOutsideUnchanged()
  })

  it("by a link at the end, which a delete removes and a write replaces", async () => {
    for (const [target, name] of [
      [join(outside, "folder", "secret"), "file"],
      [join(outside, "folder"), "folder"],
      [join(root, "~state"), "state"],
      [outside, "up"],
    ] as const) {
      const path = `/links/${name}`
      const makeLink = () => symlink(target, join(root, path))
      await driver.putContent("/links/keep", text("keep"))
      await makeLink()
      await expectRefused(path, "Driver")
      await expect(driver.move(path, "/elsewhere")).rejects.toMatchObject({ code: "Driver" })
      expect((await driver.list("/links")).sort()).toContain(path)
      await expect(driver.walk("/", () => {})).rejects.toMatchObject({ code: "Driver", path })
      await driver.delete(path)
      await makeLink()
      await driver.putContent(path, text("mine"))
      expect(await contentOf(path)).toBe("mine")
      await driver.delete("/links")
    }
    await expectOutsideUnchanged()
  })

  it("by a tree that is deleted with links in it", async () => {
    await driver.putContent("/tree/file", text("x"))
    await symlink(join(outside, "folder"), join(root, "tree", "folder"))
    await symlink(join(root, "inside"), join(root, "tree", "inside"))
    await driver.delete("/tree")
    expect(await driver.list("/")).toEqual(["/inside"])
    await expectOutsideUnchanged()
  })

  it("by a link to nothing", async () => {
    await symlink(join(outside, "missing"), join(root, "dangling"))
    await expectRefused("/dangling", "PathNotFound")
    const refused = { code: "Driver", message: expect.stringContaining("symbolic link") }
    await expect(driver.putContent("/dangling/x", text("x"))).rejects.toMatchObject(refused)
    await driver.putContent("/dangling", text("mine"))
    await expect(readlink(join(root, "dangling"))).rejects.toMatchObject({ code: "EINVAL" })
    await expectOutsideUnchanged()
  })

  it("but a link that stays inside is followed", async () => {
    await symlink("inside", join(root, "alias"))
    await driver.putContent("/alias/new", text("new"))
    expect(await contentOf("/inside/new")).toBe("new")
    expect(await driver.stat("/alias/new")).toMatchObject({ path: "/alias/new", size: 3 })
    expect((await driver.list("/alias")).sort()).toEqual(["/alias/file", "/alias/new"])
    await driver.move("/alias/new", "/alias/moved/deep")
    expect(await contentOf("/inside/moved/deep")).toBe("new")
    await driver.delete("/alias/moved")
    await expectOutsideUnchanged()
  })
})

describe("names too long for the file system", () => {
  it.each([
    ["one name", `/a/${"n".repeat(256)}`],
    ["the whole path", "/abcdefg".repeat(600)],
  ])("are refused by every call, and nothing is left of them: %s", async (_, path) => {
    const refused = { code: "InvalidPath", path }
    await expect(driver.putContent(path, text("x"))).rejects.toMatchObject(refused)
    await expect(driver.writer(path)).rejects.toMatchObject(refused)
    await expect(driver.stat(path)).rejects.toMatchObject(refused)
    await expect(driver.delete(path)).rejects.toMatchObject(refused)
    expect(await readdir(root)).toEqual(["~state"])
    expect(await leftovers()).toEqual([])
  })

  it("are few: every other path is stored, by both ways of writing", async () => {
    const path = `/${"n".repeat(255)}`.repeat(15)
    const writer = await driver.writer(path)
    await writer.write(text("long"))
    await writer.commit()
    expect(await contentOf(path)).toBe("long")
    await driver.putContent(path, text("longer"))
    expect(await contentOf(path)).toBe("longer")
    await driver.delete(path)
    expect(await driver.list("/")).toEqual([])
  })
})

describe("side by side", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)

  it("files come and go in one folder, which comes and goes with them", async () => {
    const other = await connect()
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
    expect(await leftovers()).toEqual([])
  })

  it("folders that vanish are made again for whatever is put into them", async () => {
    const other = await connect()
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
    expect(await leftovers()).toEqual([])
  })

  it("writers of one path commit what one of them wrote, or are told of each other", async () => {
    const contents = new Set(["before"])
    await driver.putContent("/a", text("before"))
    const other = await connect()
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
          expect(contents).toContain(await contentOf("/a"))
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
    expect(await leftovers()).toEqual([])
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
      expect(known).toContain(await contentOf("/link"))
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

it("a cancelled put stores nothing", async () => {
  const controller = new AbortController()
  const put = driver.putContent("/a", Buffer.alloc(8_000_000), { signal: controller.signal })
  controller.abort("enough")
  await expect(put).rejects.toBe("enough")
  expect(await driver.list("/")).toEqual([])
  expect(await leftovers()).toEqual([])
})

it("closing an instance keeps its pending uploads", async () => {
  const instance = await connect()
  const writer = await instance.writer("/a")
  await writer.write(text("pending"))
  await instance.close?.()
  await expect(writer.write(text("more"))).rejects.toMatchObject({ code: "Driver", path: "/a" })
  expect((await driver.writer("/a", { append: true })).size).toBe(7)
  expect(existsSync(join(root, "a"))).toBe(false)
})
