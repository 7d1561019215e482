import type { Content } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import type { DriverProcess, UploadJob } from "../execution/driver-processes.ts"
import { observe, prefixed } from "../execution/observation.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectThat } from "../expect.ts"
import type { LargeCase } from "./large-case.ts"
import { inProcess } from "./observed-process.ts"
import { expectWhole, plainWrite } from "./transfer.ts"

/**
 * Has one process upload a third and close, another one resume and be killed in the middle, and a third one resume and commit; then
 * reads what became of it.
 */
export async function killedAndResumed(given: LargeCase, path: string, content: Content): Promise<void> {
  const { driver, connect } = given
  const full = prefixed(driver.observation.prefix, path)
  const closedAt = Math.floor(content.length / 3)
  const killedAt = Math.floor((content.length * 2) / 3)
  const job = { path: full, content, chunk: plainWrite }
  driver.observation.uploads.began(full)
  await inProcess(given, (process) => process.upload({ ...job, resume: false, end: closedAt, finish: "close" }))
  // It never closes: on a busy machine it may have written all before it is killed.
  await inProcess(given, (process) =>
    killedUpload(driver, process, { ...job, resume: true, end: content.length, finish: "nothing" }, killedAt),
  )
  const survivor = await connect()
  const writer = await survivor.writer(path, { append: true })
  const { size } = writer
  expectThat(
    driver,
    size >= closedAt,
    `at least the ${describeCount(closedAt)} that were closed`,
    `a size of ${describeCount(size)}`,
  )
  expectThat(driver, size <= content.length, `a size of no more than ${describeCount(content.length)}`, describeCount(size))
  await writer.close()
  await inProcess(given, async (process) => {
    const { sizeAtOpening } = await process.upload({ ...job, resume: true, end: content.length, finish: "commit" })
    // What the process had sent when it was killed may arrive even now.
    const isLikely = sizeAtOpening >= size && sizeAtOpening <= content.length
    expectThat(driver, isLikely, `the upload to be resumed at ${describeCount(size)} or more`, describeCount(sizeAtOpening))
  })
  driver.observation.uploads.ended(full)
  await expectWhole(driver, path, content)
}

/** Uploads, and ends the process by force once so many bytes were accepted. */
async function killedUpload(driver: ObservedDriver, process: DriverProcess, job: UploadJob, killAt: number): Promise<void> {
  const reached = Promise.withResolvers<void>()
  const uploading = process.upload(job, (bytes) => {
    if (bytes >= killAt) reached.resolve()
  })
  // It rejects when the process is killed; before that, what it rejects with is the driver's.
  await Promise.race([reached.promise, uploading])
  uploading.catch(() => undefined)
  const description = {
    instance: driver.instance,
    method: "the process is killed",
    arguments: [quote(job.path)],
    render: () => "ok",
  }
  await observe(driver.observation, description, () => process.kill())
}
