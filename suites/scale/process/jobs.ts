import type { Readable } from "node:stream"
import type { FileWriter, StorageDriver } from "../../../drivers/contract.ts"
import { ContentComparer, contentOf, fillContent } from "../../../fixtures/content.ts"
import { diagnose } from "../../../fixtures/content-diagnosis.ts"
import type { DownloadJob, DownloadReport, UploadJob, UploadReport } from "../../execution/driver-processes.ts"
import { MemoryWatch, settled } from "./memory.ts"

/**
 * What a process that holds nothing but the driver does with it. Neither the content nor a list of its parts is kept: what the process
 * grows by is the driver's.
 */

/** @param tell is told how many bytes were accepted, after each write */
export async function upload(driver: StorageDriver, job: UploadJob, tell: (bytes: number) => void): Promise<UploadReport> {
  const { path, content, resume, end, chunk, finish } = job
  // One buffer for all writes, as a registry has: the driver may not keep it once the write has resolved.
  const buffer = new Uint8Array(chunk).fill(1)
  const watch = await MemoryWatch.begin()
  const writer = await driver.writer(path, resume ? { append: true } : {})
  const sizeAtOpening = writer.size
  for (let position = resume ? sizeAtOpening : 0; position < end; position += chunk) await writeAt(writer, position)
  if (finish !== "nothing") await writer[finish]()
  return { memory: watch.stop(), sizeAtOpening }

  async function writeAt(into: FileWriter, position: number): Promise<void> {
    const part = buffer.subarray(0, Math.min(chunk, end - position))
    fillContent(part, content, position)
    await into.write(part)
    watch.passed(part.length)
    tell(position + part.length)
  }
}

export async function download(driver: StorageDriver, { path, content, pauseEvery }: DownloadJob): Promise<DownloadReport> {
  const watch = await MemoryWatch.begin()
  const comparer = new ContentComparer(content)
  let difference: string | undefined
  // The first pause is at once: all that follows can then pile up.
  let pauseAt = pauseEvery === undefined ? Number.POSITIVE_INFINITY : 0
  const stream: Readable = await driver.reader(path)
  for await (const chunk of stream) {
    const at = comparer.offset
    const first = comparer.take(chunk)
    watch.passed(chunk.length)
    if (first !== undefined) difference ??= diagnose(contentOf(content.object, at + chunk.length, content.version), at, chunk)
    if (comparer.offset < pauseAt) continue
    pauseAt = comparer.offset + (pauseEvery ?? 0)
    await settled()
  }
  return { memory: watch.stop(), length: comparer.offset, difference }
}
