import type { Timeline } from "../../../suites/concurrency/explaining/timeline.ts"
import { timeOf } from "./time.ts"

const width = 1_000
const left = 90
const rowHeight = 44
const barHeight = 26
const top = 34

/**
 * Calls of several clients as a picture: a row a client, a bar a call, as wide as it took. Over a bar its call, what it gave and what is
 * there after it are told.
 */
export function renderTimelineSvg({ unit, calls, order, before, stuck }: Timeline): string {
  const last = Math.max(0.001, ...calls.map(({ to }) => to))
  const clients = [...new Set(calls.map(({ client }) => client))].sort((a, b) => a - b)
  const height = top + clients.length * rowHeight + 24
  const x = (time: number): number => left + (time / last) * (width - left - 60)
  const labels = clients.map((client, row) => {
    const y = top + row * rowHeight
    return `<text x="8" y="${y + 18}" class="client">client ${client}</text><line x1="${left}" x2="${width - 20}" y1="${y + barHeight + 8}" y2="${y + barHeight + 8}" class="rule"/>`
  })
  const bars = calls.map(({ client, text, outcome, from, to, beside }, index) => {
    const y = top + clients.indexOf(client) * rowHeight
    const after = order
      .filter(({ call }) => call === index)
      .map(({ part, state }) => `${part === undefined ? "" : `${part}: `}${state}`)
    const placed = order.findIndex(({ call }) => call === index)
    const told = [
      `${index + 1}. client ${client}: ${text}`,
      `gave: ${outcome}`,
      `${timeOf(from, unit)} to ${timeOf(to, unit)}`,
      ...(placed === -1 ? [] : [`${placed + 1}. in the order; then: ${after.join("; then ")}`]),
      ...(index === stuck ? ["no order has a place for it"] : []),
    ]
    const kind = index === stuck ? "stuck" : beside ? "beside" : "call"
    const barWidth = Math.max(16, x(to) - x(from))
    return `<g class="${kind}"><title>${escapeXml(told.join("\n"))}</title><rect x="${x(from).toFixed(1)}" y="${y}" width="${barWidth.toFixed(1)}" height="${barHeight}" rx="4"/><text x="${(x(from) + 5).toFixed(1)}" y="${y + 17}">${index + 1}</text></g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Calls of ${clients.length} clients">`,
    `<style>${style}</style>`,
    `<text x="8" y="18" class="client">before: ${escapeXml(before)}</text>`,
    ...labels,
    ...bars,
    `<text x="${left}" y="${height - 6}" class="time">${timeOf(0, unit, 0)}</text><text x="${width - 20}" y="${height - 6}" class="time" text-anchor="end">${timeOf(last, unit, 1)}</text>`,
    "</svg>",
  ].join("\n")
}

const style = [
  "text{font:13px system-ui,sans-serif;fill:#1a1a1a}",
  ".client{fill:#444}.time{fill:#666;font-size:11px}.rule{stroke:#ddd}",
  ".call rect{fill:#9ec5fe;stroke:#0b5ed7}.beside rect{fill:#eee;stroke:#999;stroke-dasharray:4 3}.stuck rect{fill:#f8b4b4;stroke:#b00020;stroke-width:2}",
  "g:hover rect{filter:brightness(.9)}",
].join("")

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
}
