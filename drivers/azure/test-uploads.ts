import { afterAll, expect } from "vitest"
import { azurite } from "../../fixtures/targets/azurite.ts"
import type { FileWriter, StorageDriver } from "../contract.ts"
import { openStorage, type Storage } from "./client.ts"
import { connect } from "./driver.ts"
import { type AzureParameters, parameters } from "./parameters.ts"

export const blockSize = 65_536

/** Bytes that differ everywhere: each four of them are their own number. */
export const content = Buffer.alloc(3 * blockSize)
for (let offset = 0; offset < content.length; offset += 4) content.writeUInt32LE(offset, offset)

export const missing: unknown = expect.objectContaining({ code: "PathNotFound" })
export const refused = (message: RegExp): unknown =>
  expect.objectContaining({ code: "Driver", message: expect.stringMatching(message) })

/** Two instances on one storage of small blocks, for the tests of one file. */
export interface TestUploads {
  readonly given: AzureParameters
  readonly storage: Storage
  readonly driver: StorageDriver
  /** Another instance, as another process of the registry would have it. */
  readonly other: StorageDriver
  /** An upload that was begun with this. */
  upload(path: string, text: string): Promise<FileWriter>
  /** An upload of which all is staged: closed, and resumed. */
  stagedUpload(path: string, text: string): Promise<FileWriter>
  get(path: string): Promise<string>
}

export async function openTestUploads(): Promise<TestUploads> {
  const started = await azurite.start({ signal: AbortSignal.timeout(30_000) })
  afterAll(() => started.stop())
  const given = parameters.parse({ ...started.parameters, chunksize: blockSize })
  const [driver, other] = [connect(given), connect(given)]
  const upload: TestUploads["upload"] = async (path, text) => {
    const writer = await driver.writer(path)
    await writer.write(Buffer.from(text))
    return writer
  }
  return {
    given,
    storage: openStorage(given),
    driver,
    other,
    upload,
    async stagedUpload(path, text) {
      await (await upload(path, text)).close()
      return driver.writer(path, { append: true })
    },
    get: async (path) => Buffer.from(await other.getContent(path)).toString(),
  }
}
