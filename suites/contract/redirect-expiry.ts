import { setTimeout as passes } from "node:timers/promises"
import { type Content, contentOf, firstDifference } from "../../fixtures/content.ts"
import { RuleBroken, SeenTooLittle } from "../execution/failures.ts"
import { once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { expectBytes, expectContent, expectThat } from "../expect.ts"
import { fetchURL } from "../follow-url.ts"
import { shortLivedURLs } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Milliseconds by which the timers of this process and the clock of the service may differ. */
const tolerance = 100

/** How many URLs are asked for until one of them is followed in time. */
const tries = 5

/**
 * Asks for URLs until one is followed within half of its lifetime, for a busy machine may be late, which is no fault of the driver.
 *
 * @throws SeenTooLittle where none is
 */
async function followInTime(
  driver: ObservedDriver,
  path: string,
  content: Content,
  lifetime: number,
): Promise<{ readonly url: string; readonly handedOut: number }> {
  for (let index = 0; index < tries; index++) {
    const asked = performance.now()
    const url = await driver.redirectURL(path)
    if (url === undefined) throw new RuleBroken("a URL for GET", "undefined, although the driver declares redirect URLs")
    const handedOut = performance.now()
    const early = await fetchURL(driver, path, url, "GET", content.length)
    if (early.status === 200) expectBytes(driver, path, early.body, content)
    if (performance.now() - asked >= lifetime / 2) continue
    expectThat(driver, early.status === 200, "status 200", `status ${early.status}`)
    return { url, handedOut }
  }
  throw new SeenTooLittle(`none of ${tries} URLs could be followed within half of its lifetime`)
}

const expires = defineRule({
  id: "redirect-url/expires",
  level: "MAY",
  statement: "A URL works until the lifetime that the driver declares is over, and is refused after it.",
  why: "Whoever finds a URL in a log could pull a private layer for ever.",
  source: "the driver's capability redirectURLLifetime; storagedriver.go, RedirectURL, leaves the lifetime to the driver",
  needs: [shortLivedURLs],
  check: once(async ({ given, driver, capabilities: { redirectURLLifetime = 0 } }) => {
    const path = "/blobs/data"
    const content = contentOf(1, 300)
    await given.storedFile(path, content)
    const { url, handedOut } = await followInTime(driver, path, content, redirectURLLifetime)
    await passes(Math.max(0, redirectURLLifetime + tolerance - (performance.now() - handedOut)))
    const late = await fetchURL(driver, path, url, "GET", content.length)
    expectThat(driver, late.status >= 400, "the URL to be refused, with a status of 400 or more", `status ${late.status}`)
    const leaked =
      late.body.length >= content.length && firstDifference(content, 0, late.body.subarray(0, content.length)) === undefined
    expectThat(driver, !leaked, "nothing of the content after that", "the content")
    await expectContent(driver, path, content)
  }),
})

export const rules: readonly Rule[] = [expires]
