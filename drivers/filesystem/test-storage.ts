import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import type { StorageDriver } from "../contract.ts"
import filesystem from "./index.ts"

/** A storage for one test, which is removed after it. */
export interface TestStorage {
  /** The folder in which the root directory lies, and which is not the storage's. */
  readonly outside: string
  readonly root: string
  readonly driver: StorageDriver
  /** One more instance, opened as another process would. */
  connect(): Promise<StorageDriver>
  contentOf(path: string): Promise<string>
  /** What the driver keeps aside. */
  leftovers(): Promise<readonly string[]>
}

export async function openTestStorage(): Promise<TestStorage> {
  const outside = await mkdtemp(join(tmpdir(), "filesystem-test-"))
  onTestFinished(() => rm(outside, { recursive: true, force: true }))
  const root = join(outside, "storage", "root")
  const { signal } = new AbortController()
  const connect = async () => {
    const storage = await filesystem.open({ parameters: { rootdirectory: root, maxthreads: 25 }, signal })
    const instance = await storage.connect()
    onTestFinished(async () => instance.close?.())
    return instance
  }
  const driver = await connect()
  return {
    outside,
    root,
    driver,
    connect,
    contentOf: async (path) => Buffer.from(await driver.getContent(path)).toString(),
    leftovers: async () => [...(await readdir(join(root, "~state/temporary"))), ...(await readdir(join(root, "~state/uploads")))],
  }
}
