import { contentOf } from "../../fixtures/content.ts"
import { CallFailed, describeReason } from "../execution/failures.ts"
import { forEach } from "../execution/for-all.ts"
import { observe } from "../execution/observation.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import { expectContent, expectThat } from "../expect.ts"
import { redirectURLs } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

const body = new Uint8Array(16).fill(0xee)

/** The URL for this method, or undefined where the driver gives none or refuses to. */
async function ask(driver: ObservedDriver, path: string, method: string): Promise<string | undefined> {
  const options: object = { method } // the contract names two methods; callers behind a bridge may name others
  try {
    return await driver.redirectURL(path, options)
  } catch (reason) {
    if (reason instanceof CallFailed) return undefined
    throw reason
  }
}

/** Sends a request that would change the file if the URL allowed it, and gives the answer's status. */
async function send(driver: ObservedDriver, url: string, path: string, method: string): Promise<number> {
  const ended = new AbortController()
  const call = {
    instance: driver.instance,
    method: `${method} of the URL`,
    arguments: [quote(path)],
    render: (status: number) => `status ${status}`,
  }
  try {
    return await observe(driver.observation, call, () => statusOf(url, method, ended.signal))
  } finally {
    ended.abort()
  }
}

async function statusOf(url: string, method: string, signal: AbortSignal): Promise<number> {
  // Without this header Azure refuses a PUT for its form, whatever the URL allows.
  const content = method === "DELETE" ? {} : { headers: { "x-ms-blob-type": "BlockBlob" }, body }
  try {
    const response = await fetch(url, { method, signal, ...content })
    return response.status
  } catch (reason) {
    // Without the URL, which may carry a signature.
    const cause = reason instanceof Error && reason.cause instanceof Error ? reason.cause : reason
    throw new Error(describeReason(cause).replaceAll(url, "the URL"), { cause })
  }
}

const otherMethods = defineRule({
  id: "redirect-url/other-methods-are-refused",
  level: "SHOULD",
  statement: "A URL serves GET and HEAD alone: whoever sends PUT or DELETE there is refused, and the file stays as it was.",
  why: "Every client that may pull is given such URLs; with one that writes it could put anything in the place of a layer.",
  source:
    "storagedriver.go, RedirectURL: a URL to retrieve the content; shipping drivers give none for other methods, or one that reads",
  needs: [redirectURLs],
  check: forEach(
    () => [
      { askedFor: "GET", used: "PUT" },
      { askedFor: "GET", used: "DELETE" },
      { askedFor: "HEAD", used: "DELETE" },
      { askedFor: "PUT", used: "PUT" },
      { askedFor: "DELETE", used: "DELETE" },
    ],
    async ({ given, driver, askedFor, used }) => {
      await given.storedFile("/blobs/data", contentOf(1, 300))
      const url = await ask(driver, "/blobs/data", askedFor)
      if (url === undefined) {
        const reads = askedFor === "GET" || askedFor === "HEAD"
        expectThat(driver, !reads, `a URL for ${askedFor}`, "none, although the driver declares redirect URLs")
        return
      }
      const status = await send(driver, url, "/blobs/data", used)
      expectThat(driver, status >= 400, `${used} to be refused, with a status of 400 or more`, `status ${status}`)
      await expectContent(driver, "/blobs/data", contentOf(1, 300))
    },
  ),
})

export const rules: readonly Rule[] = [otherMethods]
