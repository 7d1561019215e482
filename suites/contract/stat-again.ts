import { versionsOf } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, type Content } from "../../fixtures/content.ts"
import { forAll } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { expectSize, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

async function upload(driver: ObservedDriver, path: string, content: Content): Promise<void> {
  const writer = await driver.writer(path)
  await writer.write(bytesOf(content))
  await writer.commit()
  await writer.close()
}

const sizeElsewhere = defineRule({
  id: "stat/size-seen-by-another-instance",
  level: "MUST",
  statement: "Right after a file was overwritten, by putContent or by an upload, stat of another instance gives the new size.",
  why: "A registry runs as several processes: one that remembers a size serves a layer that is cut, or waits for the rest.",
  source: "storagedriver.go, Stat; about/deploying.md, Load balancing considerations: registries that share one storage",
  check: forAll({ path: path(), versions: versionsOf(4) }, async ({ driver, connect, path, versions }) => {
    const other = await connect()
    for (const [index, version] of versions.entries()) {
      if (index % 2 === 0) await driver.putContent(path, bytesOf(version))
      else await upload(driver, path, version)
      await expectSize(other, path, version.length)
    }
  }),
})

const neverBack = defineRule({
  id: "stat/modification-time-never-goes-back",
  level: "SHOULD",
  statement:
    "The modification time of a file that is written again, by putContent or by an upload, by whichever instance, is never before the one that it had.",
  why: "The registry tells by it how old an upload is, and removes one that looks a week old while it still grows.",
  source: "fileinfo.go, ModTime; registry/storage/purgeuploads.go; testsuites.go, TestStatCall",
  check: forAll({ path: path(), versions: versionsOf(4) }, async ({ given, driver, connect, path, versions }) => {
    const instances = [driver, await connect()]
    await given.storedFile(path, versions[0])
    let before = (await driver.stat(path)).modTime
    for (const [index, version] of versions.entries()) {
      const writing = instances[index % 2] ?? driver
      if (index < 2) await writing.putContent(path, bytesOf(version))
      else await upload(writing, path, version)
      for (const instance of instances) {
        const { modTime } = await instance.stat(path)
        const expected = `a modification time of ${before.toISOString()} or later`
        expectThat(instance, modTime >= before, expected, modTime.toISOString())
        before = modTime
      }
    }
  }),
})

export const rules: readonly Rule[] = [sizeElsewhere, neverBack]
