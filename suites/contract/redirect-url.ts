import { content } from "../../fixtures/arbitraries/content.ts"
import { path } from "../../fixtures/arbitraries/paths.ts"
import { type Content, contentOf } from "../../fixtures/content.ts"
import { forAll, forEach, inTurn, once } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectBytes, expectThat } from "../expect.ts"
import { follow } from "../follow-url.ts"
import { noRedirectURLs, redirectURLs } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

const get = defineRule({
  id: "redirect-url/get-gives-the-content",
  level: "MAY",
  statement: "A URL for GET serves the file's bytes to whoever has it, those that are there now, however they came there.",
  why: "Clients are sent there for every layer; the registry never sees what they get.",
  source: "storagedriver.go, RedirectURL; testsuites.go, TestRedirectURL",
  needs: [redirectURLs],
  check: inTurn(
    forEach(() => awkwardPaths.map((path, index) => ({ path, content: contentOf(index + 1, 40) })), getByURL),
    forAll({ path: path(), content: content({ minLength: 1 }) }, getByURL),
    once(async (one) => {
      // As layers come to their place, and are found in a place where others were.
      await one.given.committedUpload("/uploads/data", contentOf(1, 40))
      await one.driver.move("/uploads/data", "/blobs/data")
      await expectByURL(one.driver, "/blobs/data", contentOf(1, 40))
      await getByURL({ ...one, path: "/blobs/data", content: contentOf(2, 50) })
      await getByURL({ ...one, path: "/blobs/data", content: contentOf(3, 0) })
    }),
  ),
})

/** Paths of which services and URL parsers keep another spelling than the one that was written. */
const awkwardPaths = ["/a.", "/a./b", "/...", "/.a/..b", "/A/a"]

async function getByURL({ given, driver, path, content }: Case & { readonly path: string; readonly content: Content }) {
  await given.file(path, content)
  await expectByURL(driver, path, content)
}

async function expectByURL(driver: ObservedDriver, path: string, content: Content): Promise<void> {
  const { status, body } = await follow(driver, path, "GET", content.length)
  expectThat(driver, status === 200, "status 200", `status ${status}`)
  expectBytes(driver, path, body, content)
}

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
