import type { StorageDriver } from "../../drivers/contract.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"

/** Bytes of each write. */
const written = 4 * 1024 ** 2

/** Uploads so many bytes by one writer. */
export async function uploadTo(driver: StorageDriver, path: string, bytes: number): Promise<void> {
  const content = contentOf(1, bytes)
  const writer = await driver.writer(path)
  for (let position = 0; position < bytes; position += written) {
    await writer.write(bytesOf(content, position, Math.min(bytes, position + written)))
  }
  await writer.commit()
}

/**
 * Reads to the end and drops what comes.
 *
 * @returns bytes
 */
export async function drain(driver: StorageDriver, path: string): Promise<number> {
  let length = 0
  for await (const chunk of await driver.reader(path)) length += Buffer.byteLength(chunk)
  return length
}
