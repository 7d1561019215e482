import { paint, type TextStyle } from "../reports/text.ts"
import type { BenchReport, Measured } from "./result.ts"
import type { Spread } from "./statistics.ts"

type Row = readonly string[]

/** The report as a table for people. Says nothing by colour alone. */
export function renderBench(report: BenchReport, style: TextStyle): string {
  const { compared } = report
  const head = [
    `driver   ${report.driver.name}${report.driver.name === report.driver.reference ? "" : ` (${report.driver.reference})`}`,
    `backend  ${report.backend}`,
    ...(compared === undefined
      ? []
      : [
          `against  ${compared.driver.reference}, ${compared.backend}: ${compared.sideBySide ? "in turns, in this run" : "as measured on another day"}`,
        ]),
  ]
  const ratioTitle: Row = compared === undefined ? [] : [`× ${compared.driver.name}`]
  const titles: Row = ["", "operations/s", "from – to", "MiB/s", "p50 ms", "p95 ms", "p99 ms", "n", ...ratioTitle]
  const rows = report.benchmarks.map((measured) => rowOf(measured, compared?.ratios[measured.name], compared !== undefined))
  const widths = titles.map((title, column) => Math.max(...[titles, ...rows].map((row) => (row[column] ?? title).length)))
  const line = (row: Row): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd()
  return `${[...head, "", paint(style, "bold", line(titles)), ...rows.map(line)].join("\n")}\n`
}

function rowOf(measured: Measured, ratio: Spread | undefined, compared: boolean): Row {
  const { name, bytes, latency, operationsPerSecond: rate, operations } = measured
  return [
    name,
    number(rate.median),
    `${number(rate.low)} – ${number(rate.high)}`,
    bytes < 1024 ** 2 ? "" : number((bytes * rate.median) / 1024 ** 2),
    ...[latency.p50, latency.p95, latency.p99].map(number),
    operations.toLocaleString("en-US"),
    ...(compared ? [ratio === undefined ? "" : ratioText(ratio)] : []),
  ]
}

function ratioText({ median, low, high }: Spread): string {
  const middle = median.toFixed(2)
  return low === high ? middle : `${middle} (${low.toFixed(2)} – ${high.toFixed(2)})`
}

/** Three digits, as far as they mean anything. */
function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US")
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
