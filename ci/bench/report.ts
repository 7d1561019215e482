import { renderAims } from "./aims.ts"
import { columns } from "./columns.ts"

/** Median times in milliseconds of one scenario at one delay. */
export interface Row {
  readonly scenario: string
  readonly delay: number
  readonly bytes: number | undefined
  /** Of the machine when it began: processes that want to run. */
  readonly load: number
  readonly driver: number
  readonly sdk: number
  readonly distribution: number | undefined
}

/** One figure of the driver alone. */
export interface Figure {
  readonly of: string
  /** What was measured, in words. */
  readonly measure: "peak memory" | "time"
  /** With its unit. */
  readonly value: string
  /** Of the machine when it ended: processes that want to run. */
  readonly load: number
}

export interface Circumstances {
  readonly commit: string
  /** Day, as in 2026-11-25. */
  readonly date: string
}

const begin = "<!-- measured: begin -->"
const end = "<!-- measured: end -->"
const MiB = 1024 ** 2

/** The document with this row in it, in place of the one that stood for the same scenario and delay. */
export function renderBenchmarks(before: string, row: Row | Figure, { commit, date }: Circumstances): string {
  const rows = rowsOf(before)
  if ("measure" in row) {
    const { of, measure, value, load } = row
    rows.set(`${of} ${measure}`, `| ${of} | ${measure} | ${value} | | | | | ${load.toFixed(0)} | ${date} | ${commit} |`)
  } else {
    const { scenario, delay, driver, sdk, distribution } = row
    const ratio = (other: number | undefined) => (other === undefined ? "" : (other / driver).toFixed(2))
    const cells = [
      scenario,
      `${delay} ms`,
      ...[driver, sdk, distribution].map((time) => told(time, row.bytes)),
      ratio(sdk),
      ratio(distribution),
      row.load.toFixed(0),
      date,
      commit,
    ]
    rows.set(`${scenario} ${delay} ms`, `| ${cells.join(" | ")} |`)
  }
  const [head = "", tail = ""] = before.includes(begin) ? [before.split(begin)[0], before.split(end)[1]] : [before, "\n"]
  const table = [`| ${columns.join(" | ")} |`, `|${"---|".repeat(columns.length)}`, ...rows.values()]
  return `${head}${begin}\n\n${table.join("\n")}\n\nWhat was aimed at:\n\n${renderAims(rows)}\n\n${end}${tail}`
}

function rowsOf(document: string): Map<string, string> {
  const [, measured = ""] = document.split(begin)
  const lines = (measured.split(end)[0] ?? "").split("\n").filter((line) => /^\| [a-z]/.test(line) && !line.startsWith("| what "))
  return new Map(
    lines.map((line) => {
      const [, what = "", delay = ""] = line.split("|").map((cell) => cell.trim())
      return [`${what} ${delay}`, line]
    }),
  )
}

function told(time: number | undefined, bytes: number | undefined): string {
  if (time === undefined) return ""
  if (bytes === undefined || bytes < MiB) return time < 10 ? `${time.toFixed(1)} ms` : `${Math.round(time)} ms`
  return `${((bytes / MiB / time) * 1_000).toFixed(0)} MiB/s`
}
