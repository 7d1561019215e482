import type { Rule } from "../suites/rule.ts"
import { type ConcurrencyPromise, concurrencyPromises } from "../suites/specification/concurrency.ts"

const headings = {
  MUST: "What every driver promises (MUST)",
  SHOULD: "What callers rely on though no text says it (SHOULD)",
  MAY: "What a driver may declare (MAY)",
  open: "What is left open",
} as const satisfies Readonly<Record<ConcurrencyPromise["level"], string>>

const levels = ["MUST", "SHOULD", "MAY", "open"] as const

/** What is promised to callers whose calls overlap, as Markdown: `docs/concurrency.md`. */
export function renderConcurrencyReference(): string {
  return `${[
    "# Concurrent callers",
    "",
    "Generated from `suites/specification/concurrency.ts` by `npm run docs`.",
    "",
    "What callers may count on whose calls overlap, and what is left to the driver; `--suite concurrency` holds a driver to it. Each",
    "row names the rules that do so, or that meet what is open and take whatever comes.",
    "",
    "## How a failure is had again",
    "",
    "| where calls meet | what repeats it |",
    "|---|---|",
    "| in a driver that declares [`scheduled`](writing-a-driver.md#capabilities), as `inmemory` does | the seed decides each step, and the same seed fails every time |",
    "| at a backend over HTTP, with `--order-requests` | the seed decides which request passes next; when the next one comes is up to the driver, so the report says how many of 20 repeats failed |",
    "| by chance in one process, or with `--processes` in several | the seed gives the same calls, and the report says how many of 20 repeats failed |",
    ...levels.flatMap((level) => [
      "",
      `## ${headings[level]}`,
      "",
      "| promise | source | rules |",
      "|---|---|---|",
      ...concurrencyPromises.filter((promise) => promise.level === level).map(renderRow),
    ]),
  ].join("\n")}\n`
}

function renderRow({ statement, source, rules }: ConcurrencyPromise): string {
  const links = rules.map((id: Rule["id"]) => `[\`${id}\`](rules.md#${id.replaceAll("/", "")})`)
  return `| ${statement} | ${source} | ${links.join(", ")} |`
}
