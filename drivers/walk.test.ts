import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type FileInfo, PathNotFoundError, type WalkOptions, type WalkStep } from "./contract.ts"
import { type Listable, walkByListing } from "./walk.ts"

/** The files' parents. */
function directoriesOf(files: Iterable<string>): Set<string> {
  const directories = new Set(["/"])
  for (const file of files) {
    for (let end = file.lastIndexOf("/"); end > 0; end = file.lastIndexOf("/", end - 1)) directories.add(file.slice(0, end))
  }
  return directories
}

/** Lists a set of files, in no good order. What is taken out of the set is gone. */
function listing(files: Set<string>): Listable {
  const missing = (path: string) => new PathNotFoundError({ driverName: "set", path })
  return {
    name: "set",
    async list(path) {
      const directories = directoriesOf(files)
      if (!directories.has(path)) throw missing(path)
      const prefix = path === "/" ? "/" : `${path}/`
      return [...files, ...directories]
        .filter((entry) => entry !== "/" && entry.startsWith(prefix) && !entry.slice(prefix.length).includes("/"))
        .reverse()
    },
    async stat(path) {
      const isDirectory = directoriesOf(files).has(path)
      if (!isDirectory && !files.has(path)) throw missing(path)
      return { path, size: 0, modTime: new Date(0), isDirectory }
    },
  }
}

/** An order of its own for the oracle: no name has a byte below that of the separator's stand-in. */
const key = (path: string) => path.replaceAll("/", "\0")

/** All that is below a directory, in the order of a walk. */
function entriesBelow(files: ReadonlySet<string>, path: string): readonly string[] {
  return [...files, ...directoriesOf(files)]
    .filter((entry) => entry !== "/" && (path === "/" || entry.startsWith(`${path}/`)))
    .sort((one, other) => (key(one) < key(other) ? -1 : 1))
}

async function walked(
  files: Set<string>,
  path: string,
  step: (info: FileInfo, count: number) => WalkStep = () => undefined,
  options?: WalkOptions,
): Promise<readonly string[]> {
  const seen: string[] = []
  await walkByListing(
    listing(files),
    path,
    async (info) => {
      seen.push(info.path)
      return step(info, seen.length)
    },
    options,
  )
  return seen
}

const path = fc
  .array(fc.constantFrom("a", "b", "ab", "a-b", "a.b", "a_", "A", "0"), { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.join("/")}`)
/** Files of which none is below another. */
const files = fc.array(path, { minLength: 1, maxLength: 14 }).map((paths) => {
  const directories = directoriesOf(paths)
  return new Set(paths.filter((file) => !directories.has(file)))
})

describe("walkByListing", () => {
  it("reports all below a directory, folders before their contents, siblings in byte order", async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), async (present, pick) => {
        const directories = [...directoriesOf(present)]
        const root = directories[pick % directories.length] ?? "/"
        expect(await walked(present, root)).toEqual(entriesBelow(present, root))
      }),
    )
  })

  it("starts after any path, whether or not something is there", async () => {
    await fc.assert(
      fc.asyncProperty(files, path, fc.nat(), async (present, anywhere, pick) => {
        const entries = entriesBelow(present, "/")
        for (const startAfter of [anywhere, entries[pick % entries.length] ?? "/", "/"]) {
          const expected = entries.filter((entry) => key(entry) > key(startAfter))
          expect(await walked(present, "/", undefined, { startAfter })).toEqual(expected)
        }
      }),
    )
  })

  it("passes over the contents of folders as it is told", async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.func(fc.boolean()), async (present, skip) => {
        const skipped = [...directoriesOf(present)].filter((directory) => directory !== "/" && skip(directory))
        const expected = entriesBelow(present, "/").filter(
          (entry) => !skipped.some((directory) => entry.startsWith(`${directory}/`)),
        )
        const seen = await walked(present, "/", (info) => (skipped.includes(info.path) ? "skip-directory" : undefined))
        expect(seen).toEqual(expected)
      }),
    )
  })

  it("stops for good, at whatever depth", async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), async (present, pick) => {
        const entries = entriesBelow(present, "/")
        const last = pick % entries.length
        expect(await walked(present, "/", (_, count) => (count > last ? "stop" : undefined))).toEqual(entries.slice(0, last + 1))
      }),
    )
  })

  it("passes over what is deleted meanwhile, folders included", async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), fc.func(fc.boolean()), async (present, pick, drop) => {
        const before = entriesBelow(present, "/")
        const moment = pick % before.length
        const seen = await walked(present, "/", (_, count) => {
          if (count === moment + 1) for (const file of present) if (drop(file)) present.delete(file)
          return undefined
        })
        const after = new Set(entriesBelow(present, "/"))
        expect(seen).toEqual(before.filter((entry, position) => position <= moment || after.has(entry)))
      }),
    )
  })

  it("reports a missing root", async () => {
    await expect(walked(new Set(["/a/b"]), "/b")).rejects.toMatchObject({ code: "PathNotFound", path: "/b" })
  })

  it("passes on errors of the driver and of the visitor, at whatever depth", async () => {
    const broken = new Error("broken")
    const driver = listing(new Set(["/a/b/c"]))
    const failing = { ...driver, stat: (entry: string) => (entry === "/a/b" ? Promise.reject(broken) : driver.stat(entry)) }
    await expect(walkByListing(failing, "/", () => {})).rejects.toBe(broken)
    const visit = ({ path: entry }: FileInfo) => (entry === "/a/b/c" ? Promise.reject(broken) : undefined)
    await expect(walkByListing(driver, "/", visit)).rejects.toBe(broken)
  })

  it("ends between two entries when it is cancelled", async () => {
    const controller = new AbortController()
    const seen: string[] = []
    const walk = walkByListing(
      listing(new Set(["/a", "/b", "/c"])),
      "/",
      (info) => {
        seen.push(info.path)
        if (info.path === "/b") controller.abort("enough")
      },
      { signal: controller.signal },
    )
    await expect(walk).rejects.toBe("enough")
    expect(seen).toEqual(["/a", "/b"])
  })
})
