import type { Readable } from "node:stream"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { CallHung, RuleBroken } from "./failures.ts"
import { type Observation, observe } from "./observation.ts"
import { renderContent } from "./rendering.ts"
import { limitFor, within } from "./time-limits.ts"

interface StreamOrigin {
  readonly observation: Observation
  readonly instance: number
  /** The path as the rule knows it, quoted. */
  readonly path: string
}

const origins = new WeakMap<Readable, StreamOrigin>()

export function registerStream(stream: Readable, origin: StreamOrigin): void {
  origins.set(stream, origin)
  // A stream that nobody reads may fail all the same, and must not take the process with it; whoever reads it sees the error.
  stream.on("error", () => {})
}

export interface ReadOptions {
  /** Bytes after which no more are asked for; default all. */
  readonly enough?: number
  /** Bytes beyond which the stream counts as endless; default 256 MiB, more than any rule stores. */
  readonly atMost?: number
}

/** Each chunk has the time of a call, and all together so many times that: a stream that trickles would take a day else. */
const callsOfTime = 12

/** Reads a stream that `ObservedDriver.reader` gave: to its end, or until enough bytes have come. */
export async function readStream(stream: Readable, options: ReadOptions = {}): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  return takeStream(
    stream,
    (chunk) => chunks.push(chunk),
    () => Buffer.concat(chunks),
    renderContent,
    options,
  )
}

/**
 * As {@link readStream}, for contents that are not to be held: hands on each chunk as it comes, and gives the sum of their lengths.
 *
 * @throws whatever `take` throws, RuleBroken among it
 */
export function passStream(stream: Readable, take: (chunk: Uint8Array) => void, options: ReadOptions = {}): Promise<number> {
  let length = 0
  const count = (chunk: Uint8Array): void => {
    length += chunk.byteLength
    take(chunk)
  }
  return takeStream(stream, count, () => length, describeCount, options)
}

/**
 * @throws CallFailed with the stream's error, CallHung, or RuleBroken where a chunk is not bytes or the stream does not end
 */
async function takeStream<Value>(
  stream: Readable,
  take: (chunk: Uint8Array) => void,
  result: () => Value,
  render: (value: Value) => string,
  { enough = Number.POSITIVE_INFINITY, atMost = 256 * 1024 * 1024 }: ReadOptions,
): Promise<Value> {
  const { observation, instance, path } = originOf(stream)
  const limit = observation.limits.call
  return observe(
    observation,
    {
      instance,
      method: `stream of ${path}: read`,
      arguments: Number.isFinite(enough) ? [describeCount(enough)] : [],
      limitsItself: true,
      render,
    },
    async (call) => {
      const iterator = stream.iterator({ destroyOnReturn: false })
      const begun = performance.now()
      for (let length = 0; length < enough; ) {
        const { done, value } = await within(limit, iterator.next(), () => new CallHung(call, limit))
        if (done === true) break
        if (!(value instanceof Uint8Array)) throw new RuleBroken("a stream of bytes", `a chunk that is a ${typeof value}`)
        take(value)
        length += value.byteLength
        if (length > atMost) throw new RuleBroken("the stream to end", `more than ${describeCount(atMost)}`)
        const most = callsOfTime * limitFor(observation.limits, length)
        if (performance.now() - begun > most) throw new CallHung(call, most)
      }
      return result()
    },
  )
}

/**
 * Destroys a stream and waits for it to close. That counts as a call, so that one that hangs is not tried again and again.
 * A stream may tell of its destruction by an error first, which is no fault.
 */
export async function destroyStream(stream: Readable): Promise<void> {
  const { observation, instance } = originOf(stream)
  const call = { instance, method: "stream: destroy", arguments: [], render: () => "closed" }
  await observe(observation, call, () => {
    const closed = new Promise<void>((resolve) => stream.once("close", resolve))
    stream.destroy()
    return closed
  })
}

function originOf(stream: Readable): StreamOrigin {
  const origin = origins.get(stream)
  if (origin === undefined) throw new Error("a stream of an observed driver is wanted")
  return origin
}
