import { type Column, columns } from "./columns.ts"

interface Aim {
  /** Key of the row. */
  readonly of: string
  readonly column: Column
  readonly least?: number
  readonly most?: number
  /** Key of another row, of whose figure in the same column the bounds are a share. */
  readonly shareOf?: string
  readonly words: string
}

/** What was aimed at when the driver was planned. */
const aims: readonly Aim[] = [
  { of: "upload 1 GiB 0 ms", column: "times the SDK", least: 0.95, words: "at least 0.95 times the SDK" },
  { of: "upload 1 GiB 20 ms", column: "times Distribution's way", least: 1.4, words: "at least 1.4 times Distribution's way" },
  { of: "upload 1 GiB 100 ms", column: "times Distribution's way", least: 3, words: "at least 3 times Distribution's way" },
  ...["20 ms", "100 ms"].map((delay) => {
    const words = "at least 0.85 of the rate without delay"
    return { of: `upload 1 GiB ${delay}`, column: "driver", least: 0.85, shareOf: "upload 1 GiB 0 ms", words } as const
  }),
  ...["0 ms", "20 ms", "100 ms"].map((delay) => {
    return { of: `read 1 GiB ${delay}`, column: "times the SDK", least: 0.95, words: "at least 0.95 times the SDK" } as const
  }),
  ...["upload", "read"].map((operation) => {
    const words = "less than 150 MiB above the idle process"
    return { of: `${operation} 1 GiB peak memory`, column: "driver", most: 150, words } as const
  }),
]

/**
 * Says of each aim whether the figures meet it, as a list; of one without figures nothing.
 *
 * @param rows of the table, by what was measured and how
 */
export function renderAims(rows: ReadonlyMap<string, string>): string {
  const figureOf = (key: string, column: Column): number =>
    Number.parseFloat(rows.get(key)?.split("|")[columns.indexOf(column) + 1] ?? "")
  const lines = aims.flatMap(
    ({ of, column, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, shareOf, words }) => {
      const figure = figureOf(of, column) / (shareOf === undefined ? 1 : figureOf(shareOf, column))
      if (Number.isNaN(figure)) return []
      return `- ${of}: ${words}: ${Math.round(figure * 100) / 100}, **${figure >= least && figure <= most ? "met" : "missed"}**`
    },
  )
  return lines.join("\n")
}
