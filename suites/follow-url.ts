import { describeCount } from "../fixtures/content-diagnosis.ts"
import { describeReason, RuleBroken } from "./execution/failures.ts"
import { observe } from "./execution/observation.ts"
import type { ObservedDriver } from "./execution/observed-driver.ts"
import { quote } from "./execution/rendering.ts"

/** What a URL answered. */
export interface Answer {
  readonly status: number
  /** The header Content-Length. */
  readonly length: string | null
  readonly body: Uint8Array
}

/**
 * Asks for a URL and uses it.
 *
 * @param bytes that the answer carries, for its time limit
 */
export async function follow(driver: ObservedDriver, path: string, method: "GET" | "HEAD", bytes = 0): Promise<Answer> {
  const url = await driver.redirectURL(path, { method })
  if (url === undefined) throw new RuleBroken(`a URL for ${method}`, "undefined, although the driver declares redirect URLs")
  return fetchURL(driver, path, url, method, bytes)
}

/**
 * Uses a URL as a client would, to the last byte. That counts as a call, so that a service that is gone or hangs is told apart from a
 * URL that does not work.
 *
 * @param path that the URL was asked for
 * @param bytes that the answer carries, for its time limit
 */
export async function fetchURL(
  driver: ObservedDriver,
  path: string,
  url: string,
  method: "GET" | "HEAD",
  bytes = 0,
): Promise<Answer> {
  const ended = new AbortController()
  const call = {
    instance: driver.instance,
    method: `${method} of the URL`,
    arguments: [quote(path)],
    bytes,
    render: ({ status, body }: Answer) => `status ${status}, ${describeCount(body.length)}`,
  }
  try {
    return await observe(driver.observation, call, () => use(url, method, ended.signal))
  } finally {
    ended.abort()
  }
}

async function use(url: string, method: "GET" | "HEAD", signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, { method, signal })
    const body = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, length: response.headers.get("content-length"), body }
  } catch (reason) {
    throw withoutURL(reason, url)
  }
}

/** What went wrong, without the URL: it may carry a signature. */
function withoutURL(reason: unknown, url: string): Error {
  const cause = reason instanceof Error && reason.cause instanceof Error ? reason.cause : reason
  return new Error(describeReason(cause).replaceAll(url, "the URL"), { cause: reason })
}
