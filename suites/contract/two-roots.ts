import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { forEach } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectContent, expectListing, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/** What is in each registry: the same names, as in any two of them. */
const names = ["/blobs/ab/data", "/repositories/app/link", "/repositories/app-2/link", "/repositories/app/tags/1.2/link"]

/** Contents of one object for each folder, so that a wrong read tells whose it was. */
const contentOfName = (object: number, index: number): Content => contentOf(object, 40 + index, index + 1)

/** All that was stored below a folder is there, and nothing else but what an upload below it may show before its commit. */
async function expectRegistry(driver: ObservedDriver, root: string, object: number): Promise<void> {
  for (const [index, name] of names.entries()) await expectContent(driver, root + name, contentOfName(object, index))
  expectPaths(driver, `list of ${quote(root)}`, root, await driver.list(root), ["/blobs", "/repositories"])
  await expectListing(driver, `${root}/repositories`, [`${root}/repositories/app`, `${root}/repositories/app-2`])
  const files: string[] = []
  await driver.walk(root, ({ path, isDirectory }) => {
    if (!isDirectory) files.push(path)
  })
  expectPaths(driver, `walk of ${quote(root)}`, root, files, names)
}

function expectPaths(
  driver: ObservedDriver,
  what: string,
  root: string,
  got: readonly string[],
  wanted: readonly string[],
): void {
  const stored = got.filter((path) => path !== `${root}/uploads` && !path.startsWith(`${root}/uploads/`))
  const same = stored.length === wanted.length && wanted.every((name) => stored.includes(root + name))
  expectThat(
    driver,
    same,
    `${what} to give ${wanted.map((name) => quote(root + name)).join(", ")}`,
    stored.map(quote).join(", ") || "nothing",
  )
}

const apart = defineRule({
  id: "paths/two-registries-stay-apart",
  level: "MUST",
  statement:
    "Two folders with the same names below them see nothing of each other, be one's name the beginning of the other's: what is pushed, moved and deleted in one leaves the other as it was.",
  why: "Registries share a storage, each in a root directory of its own, and one must never serve or delete what is another's.",
  source: "storagedriver.go: each method is of the path that it is given; the parameter rootdirectory of Distribution's drivers",
  check: forEach(
    [
      { root: "/registry", other: "/registry-2" },
      { root: "/registry-2", other: "/registry" },
      { root: "/1.2", other: "/1.20" },
      { root: "/a/registry", other: "/b/registry" },
      // "." and "_" stand for any character in the patterns of regular expressions and of SQL.
      { root: "/registry.1", other: "/registry-1" },
      { root: "/registry_1", other: "/registry-1" },
    ],
    async ({ given, driver, root, other }) => {
      for (const [object, folder] of [root, other].entries()) {
        for (const [index, name] of names.entries()) await given.file(folder + name, contentOfName(object + 1, index))
      }
      await expectRegistry(driver, root, 1)
      await given.closedUpload(`${other}/uploads/data`, contentOf(3, 70))

      await setUp(async () => {
        const writer = await driver.writer(`${root}/uploads/data`)
        await writer.write(bytesOf(contentOf(4, 90)))
        await writer.commit()
        await writer.close()
      })
      await driver.move(`${root}/uploads/data`, `${root}/blobs/ab/data`)
      await driver.putContent(`${root}/repositories/app/link`, bytesOf(contentOf(5, 20)))
      await expectContent(driver, `${root}/blobs/ab/data`, contentOf(4, 90))
      await expectRegistry(driver, other, 2)
      await driver.delete(root)
      await expectRegistry(driver, other, 2)

      const resumed = await driver.writer(`${other}/uploads/data`, { append: true })
      expectThat(driver, resumed.size === 70, "the upload below the other folder to have 70 bytes", describeCount(resumed.size))
      await resumed.commit()
      await resumed.close()
      await expectContent(driver, `${other}/uploads/data`, contentOf(3, 70))
    },
  ),
})

export const rules: readonly Rule[] = [apart]
