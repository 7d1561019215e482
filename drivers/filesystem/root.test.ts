import { mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import type { StorageDriver } from "../contract.ts"
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
    expect(await storage.contentOf("/inside/file")).toBe("inside")
    expect(await storage.leftovers()).toEqual([])
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
      expect(await storage.contentOf(path)).toBe("mine")
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
    expect(await storage.contentOf("/inside/new")).toBe("new")
    expect(await driver.stat("/alias/new")).toMatchObject({ path: "/alias/new", size: 3 })
    expect((await driver.list("/alias")).sort()).toEqual(["/alias/file", "/alias/new"])
    await driver.move("/alias/new", "/alias/moved/deep")
    expect(await storage.contentOf("/inside/moved/deep")).toBe("new")
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
    expect(await storage.leftovers()).toEqual([])
  })

  it("are few: every other path is stored, by both ways of writing", async () => {
    const path = `/${"n".repeat(255)}`.repeat(15)
    const writer = await driver.writer(path)
    await writer.write(text("long"))
    await writer.commit()
    expect(await storage.contentOf(path)).toBe("long")
    await driver.putContent(path, text("longer"))
    expect(await storage.contentOf(path)).toBe("longer")
    await driver.delete(path)
    expect(await driver.list("/")).toEqual([])
  })
})
