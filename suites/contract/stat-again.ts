import { setTimeout as passes } from "node:timers/promises"
import { versionsOf } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, type Content, contentOf } from "../../fixtures/content.ts"
import { forAll, once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectSize, expectThat, readFrom } from "../expect.ts"
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

const stays = defineRule({
  id: "stat/modification-time-stays",
  level: "MUST",
  statement: "The modification time of a file stays while nothing is written to it, however often it is looked at and read.",
  why: "An upload that looks as if it were written just now whenever somebody asks is never removed.",
  source: "fileinfo.go, FileInfo.ModTime: that of the file's last modification, or of its creation",
  check: once(async ({ given, driver, connect, capabilities }) => {
    await given.storedFile("/folder/put", contentOf(1, 300))
    await given.committedUpload("/folder/uploaded", contentOf(2, 300))
    const before = new Map<string, Date>()
    for (const path of ["/folder/put", "/folder/uploaded"]) before.set(path, (await driver.stat(path)).modTime)
    await passes(Math.min(capabilities.modTimeResolution, longestTick) + tolerance)
    for (const instance of [driver, await connect()]) {
      for (const [path, old] of before) {
        await instance.getContent(path)
        await readFrom(instance, path)
        await instance.list("/folder")
        const { modTime } = await instance.stat(path)
        const same = modTime.getTime() === old.getTime()
        expectThat(instance, same, `the modification time to stay ${old.toISOString()}`, modTime.toISOString())
      }
    }
  }),
})

/** Milliseconds in which a time that is made for the answer is another one, however coarse a clock the driver declares. */
const longestTick = 1_000
const tolerance = 20

/** Milliseconds by which services let a client's clock differ at most: they refuse what is signed at another time. */
const furthest = 15 * 60 * 1_000

const nearTheClock = defineRule({
  id: "stat/modification-time-is-of-now",
  level: "SHOULD",
  statement:
    "A file that was just put, uploaded or moved has a modification time that is at most 15 minutes from this machine's clock.",
  why: "A time in another zone or another unit makes an upload look hours or decades old, and the registry removes it as it grows.",
  source:
    "fileinfo.go, ModTime; registry/storage/purgeuploads.go; a SHOULD, for a backend's clock may be wrong, though services refuse what is signed more than 15 minutes off",
  check: once(async ({ given, driver }) => {
    await given.storedFile("/put", contentOf(1, 300))
    await given.committedUpload("/uploaded", contentOf(2, 300))
    await given.storedFile("/source", contentOf(3, 300))
    await driver.move("/source", "/moved")
    for (const path of ["/put", "/uploaded", "/moved"]) {
      const { modTime } = await driver.stat(path)
      const now = new Date()
      const near = Math.abs(modTime.getTime() - now.getTime()) <= furthest
      expectThat(driver, near, `a modification time of ${quote(path)} near ${now.toISOString()}`, modTime.toISOString())
    }
  }),
})

export const rules: readonly Rule[] = [sizeElsewhere, neverBack, stays, nearTheClock]
