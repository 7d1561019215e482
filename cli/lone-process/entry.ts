import type { StorageDriver } from "../../drivers/contract.ts"
import { describeReason, tellingCode } from "../../suites/execution/failures.ts"
import { download, upload } from "../../suites/scale/process/jobs.ts"
import { LoadedDriver } from "../driver-process/loaded-driver.ts"
import type { LoneMessage, LoneRequest } from "./messages.ts"

/** Entry of a process that holds nothing but a driver, so that what it needs can be measured, and so that it can be killed. */

const openLimit = 60_000
let driver: StorageDriver | undefined

const send = (message: LoneMessage): void => {
  process.send?.(message)
}

async function perform(request: LoneRequest): Promise<unknown> {
  if (request.name === "open") {
    const { url, reference, parameters } = request.asks
    const storage = await (await LoadedDriver.load(url, reference)).open(parameters, openLimit)
    driver = await storage.connect()
    return null
  }
  if (driver === undefined) throw new Error("no driver was opened in this process")
  if (request.name === "download") return download(driver, request.asks)
  return upload(driver, request.asks, (bytes) =>
    send({ type: "storage-driver-conformance:lone-progress", id: request.id, bytes }),
  )
}

process.on("message", (request: LoneRequest) => {
  const { id } = request
  perform(request).then(
    (answers) => send({ type: "storage-driver-conformance:lone-answer", id, answers }),
    (reason: unknown) => {
      const code = tellingCode(reason)
      const message = describeReason(reason)
      send({ type: "storage-driver-conformance:lone-refusal", id, message, ...(code === undefined ? {} : { code }) })
    },
  )
})
process.on("disconnect", () => process.exit())
