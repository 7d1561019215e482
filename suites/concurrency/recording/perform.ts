import { errorCodeOf } from "../../../drivers/contract.ts"
import { bytesOf, firstDifference, originAt } from "../../../fixtures/content.ts"
import { CallFailed, propertyOf } from "../../execution/failures.ts"
import { unprefixed } from "../../execution/observation.ts"
import type { ObservedDriver } from "../../execution/observed-driver.ts"
import { readStream } from "../../execution/observed-stream.ts"
import type { Entry } from "../../specification/calls.ts"
import type { Timing } from "../timing/timing.ts"
import type { Action } from "../workload/workload.ts"
import type { Place, Recorded, Result, Stretch } from "./history.ts"

/**
 * Makes a client's call.
 *
 * @throws CallHung, or RuleBroken where the driver gives what the contract has no place for
 */
export async function perform(
  driver: ObservedDriver,
  { client, position }: Place,
  action: Action,
  timing: Pick<Timing, "now">,
): Promise<Recorded> {
  const times: { committing?: number } = {}
  const called = timing.now()
  const result = await make(driver, action, () => {
    times.committing = timing.now()
  }).catch((thrown: unknown) => {
    if (thrown instanceof CallFailed) return rejection(driver, thrown)
    throw thrown
  })
  return { client, position, action, called, returned: timing.now(), result, ...times }
}

function rejection(driver: ObservedDriver, failed: CallFailed): Result {
  const path = propertyOf(failed.reason, "path")
  const named = typeof path === "string" ? unprefixed(driver.observation.prefix, path) : undefined
  return { kind: "rejected", code: errorCodeOf(failed.reason), path: named, message: failed.message }
}

const done: Result = { kind: "done" }

async function make(driver: ObservedDriver, action: Action, committing: () => void): Promise<Result> {
  switch (action.method) {
    case "getContent":
      return contentOf(await driver.getContent(action.path))
    case "read":
      return contentOf(await readStream(await driver.reader(action.path)))
    case "stat": {
      const { path, isDirectory, size } = await driver.stat(action.path)
      return { kind: "info", path, isDirectory, size }
    }
    case "list":
      return { kind: "paths", paths: await driver.list(action.path) }
    case "walk": {
      const entries: Entry[] = []
      await driver.walk(action.path, ({ path, isDirectory }) => {
        entries.push({ path, isDirectory })
      })
      return { kind: "visited", entries }
    }
    case "putContent":
      await driver.putContent(action.path, bytesOf(action.content))
      return done
    case "upload":
      await upload(driver, action, committing)
      return done
    case "move":
      await driver.move(action.source, action.destination)
      return done
    case "delete":
      await driver.delete(action.path)
      return done
  }
}

async function upload(
  driver: ObservedDriver,
  { path, content, writes, resumed }: Extract<Action, { method: "upload" }>,
  committing: () => void,
): Promise<void> {
  const writer = await driver.writer(path, resumed === undefined ? {} : { append: true })
  try {
    const begin = resumed ?? 0
    const piece = Math.ceil((content.length - begin) / writes)
    for (let start = begin; start < content.length; start += piece) {
      await writer.write(bytesOf(content, start, Math.min(content.length, start + piece)))
    }
    committing()
    await writer.commit()
  } finally {
    // What came of the upload is known by now: a writer that could not commit may well refuse to close.
    await writer.close().catch(() => undefined)
  }
}

/** A content, where the bytes are one from its beginning on; of fewer than two records none is ever told. */
function contentOf(bytes: Uint8Array): Result {
  const origin = originAt(bytes, 0)
  const isWhole =
    origin?.offset === 0 &&
    firstDifference({ object: origin.object, version: origin.version, length: bytes.length }, 0, bytes) === undefined
  if (origin !== undefined && isWhole) {
    return { kind: "content", content: { object: origin.object, version: origin.version, length: bytes.length } }
  }
  return { kind: "foreign", stretches: stretchesOf(bytes), length: bytes.length }
}

function stretchesOf(bytes: Uint8Array): readonly Stretch[] {
  const stretches: Stretch[] = []
  for (let position = 0; position < bytes.length; ) {
    const origin = originAt(bytes, position)
    if (origin === undefined) break
    const rest = bytes.subarray(position)
    const length = firstDifference({ ...origin, length: 0 }, origin.offset, rest) ?? rest.length
    if (length === 0) break
    stretches.push({ object: origin.object, offset: origin.offset, length })
    position += length
  }
  return stretches
}
