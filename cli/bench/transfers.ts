import type { StorageDriver } from "../../drivers/contract.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"

const KiB = 1024
export const MiB = 1024 * KiB

/** Made once, since the time that it takes is not the driver's. Nothing that is measured reads what it wrote. */
const chunk = bytesOf(contentOf(1, 4 * MiB))

/** Bytes to be written, 4 MiB at most. */
export function bytesToWrite(length: number): Uint8Array {
  return chunk.subarray(0, length)
}

/** Uploads so many bytes by one writer, 4 MiB at a time. */
export async function uploadTo(driver: StorageDriver, path: string, bytes: number): Promise<void> {
  const writer = await driver.writer(path)
  for (let left = bytes; left > 0; left -= chunk.length) await writer.write(bytesToWrite(Math.min(left, chunk.length)))
  await writer.commit()
}

/** Reads from an offset, drops what comes, and ends the stream once there were so many bytes. */
export async function drain(driver: StorageDriver, path: string, length: number, offset = 0): Promise<void> {
  let left = length
  for await (const part of await driver.reader(path, { offset })) {
    left -= Buffer.byteLength(part)
    if (left <= 0 && offset > 0) break
  }
  if (left > 0) throw new Error(`the stream of ${path} ended ${left} bytes too early`)
}
