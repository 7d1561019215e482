import { appendFileSync, globSync, readFileSync } from "node:fs"
import { relative } from "node:path"
import type { Stryker } from "@stryker-mutator/core"
import { digestOf, type Fate, formatFate } from "./report.ts"

type MutantResult = Awaited<ReturnType<Stryker["runMutationTest"]>>[number]

/** Those that were judged; the others were left out: static ones, for Stryker would start anew for each, and excluded ones. */
const statuses: Readonly<Partial<Record<MutantResult["status"], Fate["status"]>>> = {
  Killed: "killed",
  Timeout: "timeout",
  Survived: "survived",
  NoCoverage: "not-covered",
  RuntimeError: "error",
}

/** Takes down what becomes of each mutant as soon as it is known, in the file that the environment names. */
class FatesReporter {
  readonly #file = process.env["MUTATION_REPORT"]
  /** All that may be mutated, as it was when the run began. */
  readonly #sources = new Map(
    globSync(["drivers/**/*.ts", "suites/specification/*.ts"]).map((file) => [file, readFileSync(file, "utf8")]),
  )

  onMutantTested(result: MutantResult): void {
    const status = statuses[result.status]
    const file = relative("", result.fileName)
    const source = this.#sources.get(file)
    if (status === undefined || source === undefined || this.#file === undefined) return
    const lines = source.split("\n")
    const { start, end } = result.location
    const [killedBy] = result.killedBy ?? []
    const fate: Fate = {
      file,
      digest: digestOf(source),
      location: { start, end },
      line: (lines[start.line - 1] ?? "").trim(),
      mutator: result.mutatorName,
      original: onOneLine(between(lines, start, end)),
      replacement: onOneLine(result.replacement),
      status,
      ...(killedBy !== undefined && { killedBy }),
    }
    appendFileSync(this.#file, formatFate(fate))
  }
}

type Position = Fate["location"]["start"]

function between(lines: readonly string[], start: Position, end: Position): string {
  const within = lines.slice(start.line - 1, end.line)
  return within
    .map((line, index) =>
      line.slice(index === 0 ? start.column - 1 : 0, index === within.length - 1 ? end.column - 1 : undefined),
    )
    .join("\n")
}

function onOneLine(code: string): string {
  return code.replaceAll(/\s+/g, " ")
}

/** What Stryker looks for in a plugin. */
export const strykerPlugins = [{ kind: "Reporter", name: "fates", injectableClass: FatesReporter }]
