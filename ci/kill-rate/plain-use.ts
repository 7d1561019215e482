import type { StorageDriver } from "../../drivers/contract.ts"
import type { OpenedStorage } from "../../drivers/define.ts"
import { type Attempt, attempt } from "./attempt.ts"
import { readAll } from "./read-all.ts"

/**
 * Whether a driver gets through an example of every call, on one small file in a folder, from one instance. A bug that shows here is
 * crude: whoever tries the driver once sees it. One that does not is subtle: it takes certain sizes, names, counts, orders, instances
 * or interleavings.
 */
export async function tryPlainUse(storage: OpenedStorage, folder: string): Promise<Attempt> {
  const driver = await storage.connect()
  try {
    return await attempt(() => usePlainly(driver, folder))
  } finally {
    await driver.close?.()
  }
}

const text = "The quick brown fox jumps over the lazy dog."

async function usePlainly(driver: StorageDriver, folder: string): Promise<boolean> {
  const [put, uploaded, moved] = [`${folder}/put`, `${folder}/uploaded`, `${folder}/elsewhere/moved`]
  const content = Buffer.from(text)
  const holds = async (path: string): Promise<boolean> => content.equals(await driver.getContent(path))

  await driver.putContent(put, Buffer.from(content))
  const stored = (await holds(put)) && content.equals(await readAll(await driver.reader(put)))
  const rest = content.subarray(10).equals(await readAll(await driver.reader(put, { offset: 10 })))

  const writer = await driver.writer(uploaded)
  await writer.write(Buffer.from(content))
  const counted = writer.size === content.length
  await writer.commit()
  await writer.close()

  const info = await driver.stat(put)
  const described = info.path === put && info.size === content.length && !info.isDirectory
  const listed = (await driver.list(folder)).toSorted().join() === [put, uploaded].join()
  const visited: string[] = []
  await driver.walk(folder, ({ path }) => {
    visited.push(path)
  })
  const walked = visited.join() === [put, uploaded].join()

  await driver.move(uploaded, moved)
  const arrived = (await holds(moved)) && (await isGone(driver, uploaded))
  await driver.delete(put)
  return stored && rest && counted && described && listed && walked && arrived && (await isGone(driver, put))
}

async function isGone(driver: StorageDriver, path: string): Promise<boolean> {
  return driver.stat(path).then(
    () => false,
    () => true,
  )
}
