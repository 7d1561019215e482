import { XMLParser, XMLValidator } from "fast-xml-parser"
import { expect, test } from "vitest"
import type { Timeline } from "../../../suites/concurrency/explaining/timeline.ts"
import { renderTimelineSvg } from "./svg.ts"
import { renderTimeline } from "./text.ts"

const timeline: Timeline = {
  unit: "ms",
  before: "/a = #1",
  calls: [
    { client: 1, text: "putContent /a 71 bytes of #2", outcome: "ok", from: 0, to: 4, beside: false },
    { client: 2, text: "delete /a", outcome: "ok", from: 1, to: 9, beside: true },
    { client: 2, text: "getContent /a", outcome: 'says <"no"> & #1, 71 bytes', from: 10, to: 12, beside: false },
  ],
  order: [{ call: 0, part: undefined, state: "/a = #2" }],
  stuck: 2,
}

test("as text the clients are rows, the calls bars in the order of time, and the one without a place is marked", () => {
  const lines = renderTimeline(timeline, { columns: 100, colour: false })
  const [first = "", second = ""] = lines
  expect(first).toMatch(/^ {2}client 1 +\[1=+\]$/)
  expect(second).toMatch(/^ {2}client 2 +\[2·+\] +\[!3=+\]$/)
  expect(second.indexOf("[!3")).toBeGreaterThan(first.indexOf("]"))
  expect(lines.every((line) => line.length <= 100)).toBe(true)
  expect(lines.join("\n")).toContain("order: /a = #1; 1 → /a = #2; then 3 cannot be")
  expect(lines.filter((line) => line.startsWith("  >"))).toEqual(['  >  3  [2] getContent /a: says <"no"> & #1, 71 bytes'])
})

test("as a picture each call tells what it gave and what is there after it, whatever the driver said", () => {
  const svg = renderTimelineSvg(timeline)
  expect(XMLValidator.validate(svg)).toBe(true)
  const titles: unknown[] = new XMLParser({ processEntities: true })
    .parse(svg)
    .svg.g.map(({ title }: { title: unknown }) => title)
  expect(titles).toHaveLength(3)
  expect(titles[0]).toContain("1. in the order; then: /a = #2")
  expect(titles[2]).toContain('gave: says <"no"> & #1, 71 bytes')
  expect(titles[2]).toContain("no order has a place for it")
})
