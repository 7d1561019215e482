import type { Timeline, TimelineCall } from "../../../suites/concurrency/explaining/timeline.ts"
import { paint, type TextStyle, wrap } from "../text.ts"
import { timeOf } from "./time.ts"

/**
 * Calls of several clients as text: the clients as rows and the calls as bars, each with its number; then what each call is and gave;
 * then how far they can be put into an order.
 */
export function renderTimeline(timeline: Timeline, style: TextStyle): readonly string[] {
  const { unit, calls, order, before, stuck } = timeline
  const width = Math.max(20, style.columns - 16)
  const last = calls.reduce((end, { to }) => Math.max(end, to), 0)
  const clients = [...new Set(calls.map(({ client }) => client))].sort((a, b) => a - b)
  const rows = clients.map((client) => {
    const bars = calls.map((call, index) => ({ call, number: index + 1, isStuck: index === stuck }))
    return `  client ${String(client).padEnd(3)} ${rowOf(
      bars.filter(({ call }) => call.client === client),
      last,
      width,
    )}`
  })
  const steps = order.map(({ call, part, state }) => `${call + 1}${part === undefined ? "" : ` (${part})`} → ${state}`)
  const inOrder =
    order.length === 0
      ? []
      : [`order: ${[before, ...steps].join("; ")}${stuck === undefined ? "" : `; then ${stuck + 1} cannot be`}`]
  return [
    ...rows,
    `  ${"".padEnd(10)} 0${timeOf(last, unit, 1).padStart(width - 1)}`,
    "",
    ...calls.map((call, index) => listed(call, index, index === stuck, style)),
    "",
    ...inOrder.flatMap((text) => wrap(text, style.columns - 4).map((line, index) => `  ${index === 0 ? "" : "  "}${line}`)),
    ...(inOrder.length === 0 ? [] : [""]),
  ]
}

interface Bar {
  readonly call: TimelineCall
  readonly number: number
  readonly isStuck: boolean
}

/** One client's calls; a bar is as long as its number takes at least. */
function rowOf(bars: readonly Bar[], last: number, width: number): string {
  const scale = last === 0 ? 0 : (width - 6) / last
  let row = ""
  for (const { call, number, isStuck } of bars) {
    const start = Math.max(row.length, Math.round(call.from * scale))
    const end = Math.round(call.to * scale)
    const label = `${isStuck ? "!" : ""}${number}`
    const fill = call.beside ? "·" : "="
    row = `${row.padEnd(start)}[${label.padEnd(end - start - 1, fill)}]`
  }
  return row
}

function listed({ client, text, outcome, beside }: TimelineCall, index: number, isStuck: boolean, style: TextStyle): string {
  const line = `  ${isStuck ? ">" : " "} ${String(index + 1).padStart(2)}  [${client}] ${text}: ${outcome}`
  if (isStuck) return paint(style, "bold", line)
  return beside ? paint(style, "dim", line) : line
}
