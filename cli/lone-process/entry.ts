import type { StorageDriver } from "../../drivers/contract.ts"
import type { OpenedStorage } from "../../drivers/define.ts"
import type { ClientCrews } from "../../suites/concurrency/processes/client-crews.ts"
import { describeReason, tellingCode } from "../../suites/execution/failures.ts"
import { download, upload } from "../../suites/scale/process/jobs.ts"
import type { Measuring } from "../bench/measuring.ts"
import { LoadedDriver } from "../driver-process/loaded-driver.ts"
import type { LoneMessage, LoneRequest } from "./messages.ts"

/** Entry of a process that holds nothing but a driver, so that what it needs can be measured, and so that it can be killed. */

const openLimit = 60_000
let storage: OpenedStorage | undefined
let driver: StorageDriver | undefined
let crews: ClientCrews | undefined
let measuring: Measuring | undefined

const send = (message: LoneMessage): void => {
  process.send?.(message)
}

async function perform(request: LoneRequest): Promise<unknown> {
  if (request.name === "open") {
    const { url, reference, parameters } = request.asks
    storage = await (await LoadedDriver.load(url, reference)).open(parameters, openLimit)
    driver = await storage.connect()
    return null
  }
  if (storage === undefined || driver === undefined) throw new Error("no driver was opened in this process")
  switch (request.name) {
    case "upload":
      return upload(driver, request.asks, (bytes) =>
        send({ type: "storage-driver-conformance:lone-progress", id: request.id, bytes }),
      )
    case "download":
      return download(driver, request.asks)
    case "connectClients":
    case "performCalls":
    case "closeClients":
      return call(storage, request)
    case "measure":
    case "endBenchmark":
      return benchmark(driver, request)
  }
}

/** Loaded when it is asked for: what is measured by its memory is to hold as little as it can. */
async function call(
  opened: OpenedStorage,
  request: Extract<LoneRequest, { readonly name: "connectClients" | "performCalls" | "closeClients" }>,
): Promise<unknown> {
  if (crews === undefined) {
    const { ClientCrews } = await import("../../suites/concurrency/processes/client-crews.ts")
    crews ??= new ClientCrews(opened)
  }
  if (request.name === "connectClients") return crews.connect(request.asks)
  if (request.name === "performCalls") return crews.perform(request.asks)
  await crews.close(request.asks)
  return null
}

/** As {@link call}. */
async function benchmark(
  driver: StorageDriver,
  request: Extract<LoneRequest, { readonly name: "measure" | "endBenchmark" }>,
): Promise<unknown> {
  if (measuring === undefined) {
    const { Measuring } = await import("../bench/measuring.ts")
    measuring = new Measuring(driver)
  }
  if (request.name === "measure") return measuring.measure(request.asks)
  await measuring.end(request.asks)
  return null
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
