import { contentOf } from "../../fixtures/content.ts"
import { once } from "../execution/for-all.ts"
import { quote } from "../execution/rendering.ts"
import { expectContent, expectListing, expectThat } from "../expect.ts"
import type { ResolvedCapabilities } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

const largestTried = 1_000

/** One entry more than a page: a thousand at most count as one, since only `scale` goes beyond larger ones. */
function moreThanAPage({ pageSize }: ResolvedCapabilities): number {
  return Math.min(pageSize, largestTried) + 1
}

const pages = defineRule({
  id: "list/more-than-a-page",
  level: "MUST",
  statement:
    "list and walk of a folder with 1,001 files and folders, or with fewer that are more than a page of the driver's, give each once.",
  why: "Services answer in pages of a thousand: a repository with more tags than that must not lose the rest.",
  source: "storagedriver.go, List and Walk; services page at 1,000 or 5,000",
  check: once(async ({ given, driver, capabilities }) => {
    const count = moreThanAPage(capabilities)
    const entries = Array.from({ length: count }, (_, index) => `/tags/v${index}`)
    const files = entries.map((entry, index) => (index % 10 === 9 ? `${entry}/link` : entry))
    const contents = await given.files(files)
    await expectListing(driver, "/tags", entries)
    const walked = new Map<string, number>()
    await driver.walk("/tags", ({ path }) => {
      walked.set(path, (walked.get(path) ?? 0) + 1)
    })
    const reported = new Set([...entries, ...files])
    const missing = files.filter((path) => !walked.has(path))
    const repeated = [...walked].filter(([path, times]) => times > 1 || !reported.has(path)).map(([path]) => path)
    expectThat(driver, missing.length === 0, `walk to report ${count} files`, `all but ${missing.length}: ${some(missing)}`)
    expectThat(driver, repeated.length === 0, `walk to report each of ${count} files once`, `too many: ${some(repeated)}`)
    for (const index of new Set([0, count - 2, count - 1])) {
      await expectContent(driver, files[index] ?? "", contents[index] ?? contentOf(0, 0))
    }
  }),
})

function some(paths: readonly string[]): string {
  return `${paths.slice(0, 5).map(quote).join(", ")}${paths.length > 5 ? ", …" : ""}`
}

export const rules: readonly Rule[] = [pages]
