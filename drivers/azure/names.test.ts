import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { BlobNames } from "./names.ts"

const component = fc
  .array(fc.constantFrom("a", "B", "0", ".", "-", "_"), { minLength: 1, maxLength: 6 })
  .map((characters) => characters.join(""))
const path = fc.array(component, { minLength: 1, maxLength: 6 }).map((components) => `/${components.join("/")}`)
const rootDirectory = fc.oneof(
  fc.constant(""),
  path.map((one) => one.slice(1)),
)

describe("names of blobs", () => {
  it("give back the path they were made of, for files and for directories", () => {
    fc.assert(
      fc.property(rootDirectory, path, (root, given) => {
        const names = new BlobNames(root)
        expect(names.toPath(names.ofFile(given))).toBe(given)
        expect(names.toPath(names.ofDirectory(given))).toBe(given)
      }),
    )
  })

  it("differ where the paths differ", () => {
    fc.assert(
      fc.property(rootDirectory, path, path, (root, one, other) => {
        const names = new BlobNames(root)
        expect(names.ofFile(one) === names.ofFile(other)).toBe(one === other)
      }),
    )
  })

  it("pass through a URL unchanged, below their container and without a dot at the end of a part", () => {
    fc.assert(
      fc.property(rootDirectory, path, (root, given) => {
        const name = new BlobNames(root).ofFile(given)
        expect(new URL(`https://host/container/${name}`).pathname).toBe(`/container/${name}`)
        expect(name.split("/").some((part) => part === "" || part.endsWith("."))).toBe(false)
      }),
    )
  })

  it("of what is in a directory begin with the directory's, and no others do", () => {
    fc.assert(
      fc.property(rootDirectory, path, path, (root, directory, other) => {
        const names = new BlobNames(root)
        expect(names.ofFile(directory + other).startsWith(names.ofDirectory(directory))).toBe(true)
        expect(names.ofFile(other).startsWith(names.ofDirectory(directory))).toBe(other.startsWith(`${directory}/`))
      }),
    )
  })

  it("of two roots side by side have nothing in common", () => {
    fc.assert(
      fc.property(component, component, path, path, (one, other, inOne, inOther) => {
        fc.pre(one !== other)
        expect(new BlobNames(one).toPath(new BlobNames(other).ofFile(inOther))).toBeUndefined()
        expect(new BlobNames(one).ofFile(inOne)).not.toBe(new BlobNames(other).ofFile(inOther))
      }),
    )
  })

  it.each(["a~", "a b", "a/~", "a.", "..", "a//b", "/a", "ä", "", "a.~~", "a\\b"])("that no path has are told: %j", (name) => {
    expect(new BlobNames("").toPath(name)).toBeUndefined()
  })

  it("are refused beyond 1,024 characters, the root and the escapes included", () => {
    const names = new BlobNames("root")
    expect(names.ofFile(`/${"a".repeat(1019)}`)).toHaveLength(1024)
    for (const tooLong of [`/${"a".repeat(1020)}`, `/${"a".repeat(1018)}.`]) {
      expect(() => names.ofFile(tooLong)).toThrow(expect.objectContaining({ code: "InvalidPath", path: tooLong }))
    }
  })

  it("are refused beyond 254 components, the root included", () => {
    const names = new BlobNames("one/two")
    expect(names.ofFile("/a".repeat(252)).split("/")).toHaveLength(254)
    expect(() => names.ofFile("/a".repeat(253))).toThrow(expect.objectContaining({ code: "InvalidPath" }))
  })
})
