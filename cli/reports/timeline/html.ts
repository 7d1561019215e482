import type { Timeline } from "../../../suites/concurrency/explaining/timeline.ts"
import type { Failure } from "../../../suites/execution/outcome.ts"
import type { RuleResult } from "../result.ts"
import { escapeXml, renderTimelineSvg } from "./svg.ts"
import { timeOf } from "./time.ts"

/** A page that needs nothing else: the picture, the calls, and how far they can be put into an order. */
export function renderTimelineHtml(rule: RuleResult, failure: Failure, timeline: Timeline): string {
  const { unit, calls, order, before, stuck } = timeline
  const callRows = calls.map(({ client, text, outcome, from, to, beside }, index) => {
    const kind = index === stuck ? "stuck" : beside ? "beside" : ""
    return row(kind, [String(index + 1), String(client), text, outcome, `${timeOf(from, unit)}–${timeOf(to, unit)}`])
  })
  const orderRows = order.map(({ call, part, state }, index) =>
    row("", [String(index + 1), String(call + 1), part ?? calls[call]?.text ?? "", state]),
  )
  const end =
    stuck === undefined || order.length === 0 ? [] : [row("stuck", ["", String(stuck + 1), "no order has a place for it", ""])]
  return `${[
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escapeXml(rule.id)}</title><style>${style}</style></head><body>`,
    `<h1>${escapeXml(rule.id)}</h1><p>${escapeXml(rule.statement)}</p>`,
    `<p>Expected ${escapeXml(failure.expected)}.<br>Got ${escapeXml(failure.actual)}.</p>`,
    ...failure.example.map((line) => `<p>${escapeXml(line)}</p>`),
    renderTimelineSvg(timeline),
    `<h2>Calls</h2><table>${head(["", "client", "call", "gave", "time"])}${callRows.join("")}</table>`,
    `<h2>Order</h2><p>Before: ${escapeXml(before)}.</p>`,
    `<table>${head(["", "call", "what", "what is there then"])}${orderRows.join("")}${end.join("")}</table>`,
    `<h2>Again</h2><pre>${escapeXml(rule.replay)}</pre>`,
    "</body></html>",
  ].join("\n")}\n`
}

function head(names: readonly string[]): string {
  return `<tr>${names.map((name) => `<th>${name}</th>`).join("")}</tr>`
}

function row(kind: string, cells: readonly string[]): string {
  return `<tr class="${kind}">${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join("")}</tr>`
}

const style = [
  "body{font:15px/1.45 system-ui,sans-serif;max-width:1060px;margin:24px auto;padding:0 16px;color:#1a1a1a;background:#fff}",
  "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}",
  "pre{background:#f4f4f4;padding:10px;overflow-x:auto}.stuck td{color:#b00020;font-weight:600}.beside td{color:#666}svg{width:100%;height:auto}",
].join("")
