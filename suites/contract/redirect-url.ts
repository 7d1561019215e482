import { content } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { contentOf } from "../../fixtures/content.ts"
import { RuleBroken } from "../execution/failures.ts"
import { forAll } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { expectBytes, expectThat } from "../expect.ts"
import { noRedirectURLs, redirectURLs } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Asks for a URL and uses it as a client would, with the time that a call has. */
async function follow(driver: ObservedDriver, path: string, method: "GET" | "HEAD"): Promise<Response> {
  const url = await driver.redirectURL(path, { method })
  if (url === undefined) throw new RuleBroken(`a URL for ${method}`, "undefined, although the driver declares redirect URLs")
  try {
    return await fetch(url, { method, signal: AbortSignal.timeout(driver.observation.limits.call) })
  } catch (reason) {
    const cause = reason instanceof Error && reason.cause instanceof Error ? reason.cause.message : String(reason)
    throw new RuleBroken(`the URL to answer a ${method}`, cause)
  }
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
    const response = await follow(driver, path, "GET")
    expectThat(driver, response.status === 200, "status 200", `status ${response.status}`)
    expectBytes(driver, path, new Uint8Array(await response.arrayBuffer()), content)
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
    const response = await follow(driver, path, "HEAD")
    expectThat(driver, response.status === 200, "status 200", `status ${response.status}`)
    const length = response.headers.get("content-length")
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
