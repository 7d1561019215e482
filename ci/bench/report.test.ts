import { expect, test } from "vitest"
import { type Figure, type Row, renderBenchmarks } from "./report.ts"

const empty = "before\n\n<!-- measured: begin -->\n\n<!-- measured: end -->\n\nafter\n"
const row = (scenario: string, delay: number, [driver, sdk, distribution]: readonly [number, number, number?]): Row => {
  return { scenario, delay, bytes: 1024 ** 3, load: 1, driver, sdk, distribution }
}
const render = (document: string, one: Row | Figure) => renderBenchmarks(document, one, { commit: "abc", date: "2026-11-25" })

test("a row stands in the place of the one before it, and says whether an aim was met", () => {
  const slow = render(empty, row("upload 1 GiB", 20, [20_000, 18_000, 26_000]))
  expect(slow).toContain("at least 1.4 times Distribution's way: 1.3, **missed**")
  const quick = render(slow, row("upload 1 GiB", 20, [10_000, 18_000, 26_000]))
  expect(quick).toContain("| upload 1 GiB | 20 ms | 102 MiB/s | 57 MiB/s | 39 MiB/s | 1.80 | 2.60 | 1 | 2026-11-25 | abc |")
  expect(quick).toContain("at least 1.4 times Distribution's way: 2.6, **met**")
  expect(quick.match(/^\| upload/gm)).toHaveLength(1)
  const whole = render(quick, row("upload 1 GiB", 0, [11_000, 11_000, 12_000]))
  expect(whole).toContain("upload 1 GiB 20 ms: at least 0.85 of the rate without delay: 1.1, **met**")
  expect([whole.startsWith("before\n"), whole.endsWith("\nafter\n")]).toEqual([true, true])
})

test("memory is a figure of its own", () => {
  const document = render(empty, { of: "read 1 GiB", measure: "peak memory", value: "151 MiB", load: 1 })
  expect(document).toContain("read 1 GiB peak memory: less than 150 MiB above the idle process: 151, **missed**")
})
