import { content } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { contentOf } from "../../fixtures/content.ts"
import { describeReason, RuleBroken } from "../execution/failures.ts"
import { forAll } from "../execution/for-all.ts"
import { observe } from "../execution/observation.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectBytes, expectThat } from "../expect.ts"
import { noRedirectURLs, redirectURLs } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

interface Answer {
  readonly status: number
  /** The header Content-Length. */
  readonly length: string | null
  readonly body: Uint8Array
}

/**
 * Asks for a URL and uses it as a client would, to the last byte. That counts as a call, so that a service that is gone or hangs is told
 * apart from a URL that does not work.
 *
 * @param bytes that the answer carries, for its time limit
 */
async function follow(driver: ObservedDriver, path: string, method: "GET" | "HEAD", bytes = 0): Promise<Answer> {
  const url = await driver.redirectURL(path, { method })
  if (url === undefined) throw new RuleBroken(`a URL for ${method}`, "undefined, although the driver declares redirect URLs")
  const ended = new AbortController()
  const call = {
    instance: driver.instance,
    method: `${method} of the URL`,
    arguments: [quote(path)],
    bytes,
    render: ({ status, body }: Answer) => `status ${status}, ${body.length} bytes`,
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

const get = defineRule({
  id: "redirect-url/get-gives-the-content",
  level: "MAY",
  statement: "A URL for GET serves the file's bytes to whoever has it.",
  why: "Clients are sent there for every layer; the registry never sees what they get.",
  source: "storagedriver.go, RedirectURL; testsuites.go, TestRedirectURL",
  needs: [redirectURLs],
  check: forAll({ path: path(), content: content({ minLength: 1 }) }, async ({ given, driver, path, content }) => {
    await given.file(path, content)
    const { status, body } = await follow(driver, path, "GET", content.length)
    expectThat(driver, status === 200, "status 200", `status ${status}`)
    expectBytes(driver, path, body, content)
  }),
})

const head = defineRule({
  id: "redirect-url/head-gives-the-length",
  level: "MAY",
  statement: "A URL for HEAD answers with status 200 and the file's length.",
  why: "Clients ask for the length before they download.",
  source: "storagedriver.go, RedirectURL; testsuites.go, TestRedirectURL",
  needs: [redirectURLs],
  check: forAll({ path: path(), content: content({ minLength: 1 }) }, async ({ given, driver, path, content }) => {
    await given.file(path, content)
    const { status, length } = await follow(driver, path, "HEAD")
    expectThat(driver, status === 200, "status 200", `status ${status}`)
    expectThat(driver, length === String(content.length), `a Content-Length of ${content.length}`, String(length))
  }),
})

const none = defineRule({
  id: "redirect-url/none-unless-declared",
  level: "MAY",
  statement: "A driver that declares no redirect URLs gives undefined, for GET and for HEAD.",
  why: "The registry sends the client wherever the driver says, and serves the bytes itself only where it says nothing.",
  source: "storagedriver.go, RedirectURL; testsuites.go, TestRedirectURL",
  needs: [noRedirectURLs],
  check: forAll({ path: path() }, async ({ given, driver, path }) => {
    await given.storedFile(path, contentOf(1, 16))
    for (const method of ["GET", "HEAD"] as const) {
      const url = await driver.redirectURL(path, { method })
      expectThat(driver, url === undefined, `no URL for ${method}`, "a URL")
    }
  }),
})

export const rules: readonly Rule[] = [get, head, none]
