import { labelled, paint, type TextStyle, wrap } from "../reports/text.ts"
import { visible } from "../reports/visible-text.ts"
import type { BenchReport, Measured } from "./result.ts"
import type { Spread } from "./statistics.ts"

type Row = readonly string[]

const titles: Row = ["", "op/s", "from – to", "MiB/s", "p50", "p95", "p99"]
const MiB = 1024 ** 2

/** The report as a table for people, 80 columns wide. Says nothing by colour alone. */
export function renderBench(report: BenchReport, style: TextStyle): string {
  const rows =
    report.compared === undefined ? report.benchmarks.map((measured) => rowOf(measured.name, measured)) : besides(report)
  const widths = titles.map((title, column) => Math.max(...[titles, ...rows].map((row) => (row[column] ?? title).length)))
  const line = (row: Row): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd()
  return `${["", ...headOf(report, style), "", paint(style, "bold", line(titles)), ...rows.map(line), "", ...notes(style)].join("\n")}\n`
}

function headOf({ driver, backend, machine, compared }: BenchReport, style: TextStyle): readonly string[] {
  const named = driver.name === driver.reference ? driver.name : `${driver.name} (${driver.reference})`
  const how = compared?.sideBySide ? "measured in turns with it" : "measured before"
  return [
    ...labelled("driver", visible(named), style),
    ...labelled("backend", visible(backend), style),
    ...labelled("machine", visible(machine), style),
    ...(compared === undefined
      ? []
      : labelled("against", visible(`${compared.driver.reference}, ${compared.backend}; ${how}`), style)),
  ]
}

function notes({ columns }: TextStyle): readonly string[] {
  return wrap(
    "op/s is the median of five rounds, from the slowest to the fastest; p50, p95 and p99 of all operations, where there were enough to tell; ×8 is eight at a time.",
    columns,
  )
}

/** Three rows for each benchmark that both have: one a driver, and the ratio of the first to the second. */
function besides({ driver, benchmarks, compared }: BenchReport): readonly Row[] {
  if (compared === undefined) return []
  const other =
    compared.driver.name === driver.name ? `${driver.name} ${compared.sideBySide ? "again" : "before"}` : compared.driver.name
  const names = [driver.name, other].map((name) => `  ${visible(name).slice(0, longestName)}`)
  return benchmarks.flatMap((ours) => {
    const theirs = compared.benchmarks.find(({ name }) => name === ours.name)
    const ratio = compared.ratios[ours.name]
    const [first = "", second = ""] = names
    if (theirs === undefined || ratio === undefined) return [[ours.name], rowOf(first, ours)]
    return [[ours.name], rowOf(first, ours), rowOf(second, theirs), ratioRow(ours, theirs, ratio)]
  })
}

const longestName = 20

function rowOf(title: string, { bytes, latency, operationsPerSecond: rate, operations }: Measured): Row {
  return [
    title,
    number(rate.median),
    rangeText(rate, number),
    bytes < MiB ? "" : number((bytes * rate.median) / MiB),
    time(latency.p50),
    enough(operations, 95) ? time(latency.p95) : "",
    enough(operations, 99) ? time(latency.p99) : "",
  ]
}

function ratioRow(ours: Measured, theirs: Measured, ratio: Spread): Row {
  const least = Math.min(ours.operations, theirs.operations)
  const of = (percent: 50 | 95 | 99): string =>
    enough(least, percent) ? ratioText(ours.latency[`p${percent}`] / theirs.latency[`p${percent}`]) : ""
  return ["  ratio", ratioText(ratio.median), rangeText(ratio, ratioText), "", of(50), of(95), of(99)]
}

function rangeText({ low, high }: Spread, text: (value: number) => string): string {
  return `${text(low)} – ${text(high)}`
}

/** Whether some of so many operations are beyond the percentile: of twenty, the 99th is the slowest and no more. */
function enough(operations: number, percent: number): boolean {
  return operations * (100 - percent) >= 100 || percent === 50
}

/** Three digits, as far as they mean anything, within five characters. */
function number(value: number): string {
  const [factor, unit] = value >= 999_500 ? [1e6, "M"] : value >= 9_995 ? [1e3, "k"] : [1, ""]
  return `${digits(value / factor)}${unit}`
}

/** "1.25", and "1/12.5" of what would begin with zeros. */
function ratioText(ratio: number): string {
  return ratio < 0.0995 ? `1/${number(1 / ratio)}` : number(ratio)
}

function time(milliseconds: number): string {
  if (milliseconds >= 999.5) return `${digits(milliseconds / 1_000)} s`
  return milliseconds >= 0.9995 ? `${digits(milliseconds)} ms` : `${digits(milliseconds * 1_000)} µs`
}

function digits(value: number): string {
  if (value >= 99.95) return Math.round(value).toString()
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2)
}
