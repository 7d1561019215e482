import { availableParallelism } from "node:os"
import { Command, InvalidArgumentError } from "commander"
import { parseDuration } from "../../drivers/azure/duration.ts"
import { type SuiteName, suiteNames } from "../../suites/catalogue.ts"

export interface Options {
  /** Seeds of known-bad drivers, and of good ones, which cost more. */
  readonly seeds: number
  readonly goodSeeds: number
  readonly suites: readonly SuiteName[]
  readonly only: string | undefined
  readonly good: string
  readonly comparison: boolean
  readonly short: boolean
  /** Folder of the two documents; undefined where none are written. */
  readonly output: string | undefined
  readonly workers: number
  /** Milliseconds after which no job is begun. */
  readonly for: number | undefined
}

type Given = Omit<Options, "good" | "goodSeeds" | "output"> & {
  readonly good?: string
  readonly goodSeeds?: number
  readonly output?: string
}

/** Reads the command's options. Ends the process, with one line and exit code 2, where they are wrong. */
export function readOptions(argv: readonly string[]): Options {
  const given = new Command("npm run kill-rate --")
    .description(
      "Runs known-bad drivers and good ones against the rules, and tells what was caught and what was accused wrongly.",
    )
    .option("--seeds <n>", "how many seeds each driver is run under", wholeNumber, 1)
    .option(
      "--good-seeds <n>",
      "how many seeds good drivers are run under, which costs most of the time (default: as many)",
      wholeNumber,
    )
    .option("--suites <names>", `suites, joined by commas: ${suiteNames.join(", ")}`, suitesOf, [...suiteNames])
    .option("--only <glob>", "drivers by name, known-bad or good; known-bad ones also by the rule meant for them, as 'move/*'")
    .option("--good <glob>", "which of the good drivers (default: all; in the short version '!azure', which takes longest)")
    .option("--no-comparison", "leave out plain use, and the estimate of what Distribution's own suite would see")
    .option(
      "--short",
      "the version for each change: good drivers run fewer sequences of calls and fewer workloads of clients at once; nothing is compared",
      false,
    )
    .option("--output <folder>", "where kill-rate.md and kill-rate.json go (default: docs, where nothing is left out)")
    .option("--workers <n>", "processes side by side", wholeNumber, availableParallelism())
    .option("--for <duration>", "time after which nothing more is begun, such as 40m; what is left out is told", milliseconds)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse([...argv], { from: "user" })
    .opts<Given>()
  const comparison = given.comparison && !given.short
  const whole = comparison && given.only === undefined && given.good === undefined && given.suites.length === suiteNames.length
  return {
    seeds: given.seeds,
    goodSeeds: given.goodSeeds ?? given.seeds,
    suites: given.suites,
    only: given.only,
    good: given.good ?? (given.short ? "!azure" : "*"),
    comparison,
    short: given.short,
    output: given.output ?? (whole ? "docs" : undefined),
    workers: given.workers,
    for: given.for,
  }
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > 10_000) throw new InvalidArgumentError("It must be a whole number from 1.")
  return number
}

function milliseconds(text: string): number {
  const duration = parseDuration(text)
  if (duration === undefined || duration < 1) throw new InvalidArgumentError("It must be a duration such as 40m.")
  return duration
}

function suitesOf(text: string): readonly SuiteName[] {
  const names = text.split(",").map((name) => name.trim())
  const unknown = names.filter((name) => !suiteNames.some((known) => known === name))
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no suite "${unknown.join('", "')}": ${suiteNames.join(", ")}.`)
  return suiteNames.filter((known) => names.includes(known))
}
