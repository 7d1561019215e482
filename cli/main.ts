import { Command, CommanderError, Option, type OutputConfiguration } from "commander"
import { suiteNames } from "../suites/catalogue.ts"
import { usualCallLimit } from "../suites/execution/time-limits.ts"
import { type Extent, extents } from "../suites/extent.ts"
import type { BenchOptions } from "./bench.ts"
import { certify } from "./certify.ts"
import { clean } from "./clean.ts"
import { BadInput } from "./input/bad-input.ts"
import type { CertifyOptions } from "./input/certify-options.ts"
import {
  collect,
  collectPair,
  parseCount,
  parseEntries,
  parseExtent,
  parseLength,
  parseMilliseconds,
  parseProcesses,
  parseRuns,
  parseSeed,
} from "./input/option-values.ts"
import { Unavailable } from "./input/unavailable.ts"
import { surviveLostOutput, widthOf } from "./output.ts"
import { type ReplayOptions, replay } from "./replay.ts"
import { oneLine } from "./reports/text.ts"
import { visible, visibleLines } from "./reports/visible-text.ts"
import { listRules } from "./rules.ts"
import { packageVersion } from "./version.ts"

/** Runs the command with these arguments and sets the process's exit code. Never rejects. */
export async function main(argv: readonly string[]): Promise<void> {
  surviveLostOutput()
  try {
    await program().parseAsync([...argv], { from: "user" })
  } catch (reason) {
    process.exitCode = exitCodeFor(reason)
    if (!(reason instanceof CommanderError)) process.stderr.write(`${tell(reason)}\n`)
  }
}

/** Commander ends by an error in any case, with its own exit code 0 after help and version. */
function exitCodeFor(reason: unknown): number {
  if (reason instanceof CommanderError) return reason.exitCode === 0 ? 0 : 2
  if (reason instanceof Unavailable) return 3
  return reason instanceof BadInput ? 2 : 70
}

/** One line for what the user can mend; everything for what is our own fault. */
function tell(reason: unknown): string {
  if (reason instanceof BadInput || reason instanceof Unavailable) return `error: ${reason.message}`
  const details = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)
  return `error: this is a defect of storage-driver-conformance itself, please report it\n${visibleLines(details)}`
}

/** The value of an option that there is not may be a secret: that of a parameter without its -p. */
const oneLineErrors: OutputConfiguration = {
  outputError: (message, write) => {
    const withoutValue = message.replace(/^(error: unknown option '[^'=]*=).*?'(?=\s*$|\n\(Did)/s, "$1…'")
    write(`${visible(oneLine(withoutValue))}\n`)
  },
}

function program(): Command {
  const command = new Command("storage-driver-conformance")
    .description("Certifies storage drivers: which rules of the contract a driver keeps, and which it breaks.")
    .version(packageVersion())
    // The descriptions of commands have 38 characters of a line of 80.
    .configureHelp({ minWidthToWrap: 30 })
    .addHelpText("after", programExamples)
    .exitOverride()
    .configureOutput(oneLineErrors)
    .showSuggestionAfterError()
    .enablePositionalOptions()
  command.addCommand(certifyCommand())
  command.addCommand(replayCommand())
  command.addCommand(benchCommand())
  command.addCommand(rulesCommand())
  command.addCommand(cleanCommand())
  return command
}

const programExamples = `
Examples:
  storage-driver-conformance certify azure
  storage-driver-conformance certify ./my-driver.ts --rule move
  storage-driver-conformance help certify`

function certifyCommand(): Command {
  return takingStorage(new Command("certify"))
    .description("Run the suites against a driver and give a verdict.")
    .argument("<driver>", "inmemory, filesystem, azure, a path to a module (.ts .mts .js .mjs), or a package name")
    .argument("[vitest...]", "after --: options of Vitest's own, such as --reporter, --shard or --tags-filter")
    .addOption(new Option("--suite <name>", "suite to run").choices([...suiteNames]).default("contract"))
    .addOption(
      new Option(
        "--rule <glob>",
        "only rules whose id matches, such as 'move/*', or whose subject does, such as move; may be given again",
      )
        .argParser(collect)
        .default([], "all"),
    )
    .option("--seed <number>", "seed of all that is generated; printed by each run", parseSeed)
    .option(
      "--runs <n>",
      "random sequences of calls of each kind; by default what fits the kind of storage, and fewer that find nothing give no verdict",
      parseRuns,
    )
    .option("--budget <duration>", "time to explore random sequences of calls, in place of a number of them", parseMilliseconds)
    .option(
      "--regressions <file>",
      "sequences that failed before, run first, and where new ones are saved (default: .storage-driver-conformance/<driver>.yml)",
    )
    .option("--no-regressions", "read and save none")
    .option("--dry-run", "only tell what the run would be on, and roughly how many requests and bytes it takes", false)
    .option("--json <file>", "write the result as JSON, and beside it a page of each rule that clients broke together")
    .option("--junit <file>", "write the result as JUnit XML")
    .option(
      "--timeout <duration>",
      "time for each call into the driver (default: 10s; for scale 2m, or 60ms an entry)",
      parseMilliseconds,
    )
    .option("--deadline <duration>", "time for the whole run; rules that have not begun by then are not run", parseMilliseconds)
    .option("--concurrency <n>", "processes that run rules side by side (default: 2 to 4, as there are processors)", parseCount)
    .option(
      "--processes <n>",
      "processes over which suite concurrency spreads its clients, each with a driver of its own (default: all call from one)",
      parseProcesses,
    )
    .option("--order-requests", "let suite concurrency decide the order in which requests reach a backend over HTTP", false)
    .addOption(
      new Option("--size <size>", "how much suite scale stores: small, large, or the length of a large object, such as 500MiB")
        .argParser(parseExtent)
        .default(extents.small, "small"),
    )
    .option("--entries <n>", "entries of the large folders of suite scale", parseEntries)
    .option("--strict", "count a broken SHOULD like a broken MUST", false)
    .option(
      "--known-failures <file>",
      "rules that are known to be broken, in YAML or JSON: a list of { rule, reason }, with sometimes: true for one that is broken now and then",
    )
    .option("--verbose", "tell more of each rule", false)
    .exitOverride()
    .configureOutput(oneLineErrors)
    .showSuggestionAfterError()
    .addHelpText("after", certifyExamples)
    .action(async (driver: string, vitest: string[], { size, entries, ...options }: GivenOptions) => {
      demandConcurrency(options)
      demandScale(options, size, entries)
      const extent = entries === undefined ? size : { ...size, entries, costlyEntries: entries }
      const timeout = options.timeout ?? usualCallLimit(options.suite, extent)
      process.exitCode = await certify(driver, { ...options, timeout, extent, vitest })
    })
}

/** @throws BadInput for options that say how clients call, where there are none or it cannot be */
function demandConcurrency({
  suite,
  processes,
  orderRequests,
}: Pick<CertifyOptions, "suite" | "processes" | "orderRequests">): void {
  const given = processes !== undefined ? "--processes" : orderRequests ? "--order-requests" : undefined
  if (given !== undefined && suite !== "concurrency")
    throw new BadInput(`${given} is about the clients of --suite concurrency, and other suites have none`)
  if (processes !== undefined && orderRequests)
    throw new BadInput("--order-requests decides an order for the clients of one process: give it without --processes")
}

/** @throws BadInput for options that say how much is stored, where the suite does not ask */
function demandScale({ suite }: Pick<CertifyOptions, "suite">, size: Extent, entries: number | undefined): void {
  const given = entries !== undefined ? "--entries" : size === extents.small ? undefined : "--size"
  if (given !== undefined && suite !== "scale")
    throw new BadInput(`${given} is about what --suite scale stores, and other suites take no notice of it`)
}

/** What commander gives: some of it has a default that depends on the rest. */
type GivenOptions = Omit<CertifyOptions, "vitest" | "timeout" | "extent"> & {
  readonly timeout?: number
  readonly size: Extent
  readonly entries?: number
}

/** Adds the options that say what storage to run on. */
function takingStorage(command: Command): Command {
  return command
    .addOption(
      new Option("-p, --parameter <key=value>", "parameter of the driver; may be given again")
        .argParser(collectPair)
        .default([], "none"),
    )
    .option("--config <file>", "take the driver's parameters from the storage section of a registry's configuration")
    .addOption(
      new Option(
        "--target <kind>",
        "what to run on: a backend started for this run, by itself or in a container, or an account of your own, its parameters taken from -p, --config and the environment",
      ).choices(["embedded", "container", "account"]),
    )
    .option("--keep", "leave the container of --target container for the next run, which finds it; clean removes it", false)
    .option("--yes", "run on an account of your own without being asked whether you want to", false)
}

function replayCommand(): Command {
  return takingStorage(new Command("replay"))
    .description("Run again, five times each, sequences of calls that failed.")
    .argument("<sequence>", "the token that a report gives, or a file of sequences")
    .addOption(
      new Option("--timeout <duration>", "time for each call into the driver")
        .argParser(parseMilliseconds)
        .default(usualCallLimit("contract"), "10s"),
    )
    .option("--driver <driver>", "another driver than the one that the sequence was found with")
    .option("--verbose", "tell more of each rule", false)
    .exitOverride()
    .configureOutput(oneLineErrors)
    .showSuggestionAfterError()
    .addHelpText("after", replayExamples)
    .action(async (what: string, options: ReplayOptions) => {
      process.exitCode = await replay(what, options)
    })
}

const replayExamples = `
Examples:
  storage-driver-conformance replay .storage-driver-conformance/my-driver.ts.yml
  storage-driver-conformance replay .storage-driver-conformance/my-driver.ts.yml --driver inmemory

Exit codes: 0 none fails, 1 one fails, 2 bad input, 3 inconclusive.`

const certifyExamples = `
Examples:
  storage-driver-conformance certify azure
  storage-driver-conformance certify ./my-driver.ts -p endpoint=http://127.0.0.1:9000 -p bucket=test
  storage-driver-conformance certify azure --target container
  storage-driver-conformance certify azure --config /etc/distribution/config.yml
  storage-driver-conformance certify filesystem --rule 'move/*' --seed 42 --junit report.xml
  storage-driver-conformance certify ./my-driver.ts --rule sequences --budget 10m
  storage-driver-conformance certify ./my-driver.ts --suite concurrency --processes 4
  storage-driver-conformance certify ./my-driver.ts --known-failures known.yml --json report.json
  storage-driver-conformance certify ./my-driver.ts -- --shard=1/2 --reporter=verbose

Exit codes: 0 conformant, 1 nonconformant, 2 bad input, 3 inconclusive.`

function benchCommand(): Command {
  return takingStorage(new Command("bench"))
    .description(
      "Measure a driver: throughput and latency of its methods, and of what a registry does with it. Nothing is judged.",
    )
    .argument("<driver>", "inmemory, filesystem, azure, a path to a module (.ts .mts .js .mjs), or a package name")
    .addOption(
      new Option("--profile <name>", "what to measure: each method, what a registry does, or both")
        .choices(["methods", "registry", "all"])
        .default("all"),
    )
    .addOption(
      new Option("--only <text>", "only what has this in its name, such as push; may be given again")
        .argParser(collect)
        .default([], "all"),
    )
    .addOption(
      new Option("--size <length>", "how much a writer or a reader carries")
        .argParser(parseLength)
        .default(16 * 2 ** 20, "16MiB"),
    )
    .option("--concurrency <n>", "how many at a time, beside one", parseCount, 8)
    .addOption(
      new Option("--time <duration>", "time for each of them and each driver, beside what warms up")
        .argParser(parseMilliseconds)
        .default(2_000, "2s"),
    )
    .option("--compare <driver|file>", "another driver, measured in turns with the first, or the JSON of an earlier run (.json)")
    .addOption(
      new Option("--compare-parameter <key=value>", "parameter of the other driver; may be given again")
        .argParser(collectPair)
        .default([], "none"),
    )
    .option("--json <file>", "write the figures as JSON")
    .exitOverride()
    .configureOutput(oneLineErrors)
    .showSuggestionAfterError()
    .addHelpText("after", benchExamples)
    .action(async (driver: string, { size, concurrency, ...options }: GivenBenchOptions) => {
      const { bench } = await import("./bench.ts")
      const load = { bytes: size, concurrency }
      process.exitCode = await bench(driver, { ...options, load, timeout: usualCallLimit("contract") })
    })
}

type GivenBenchOptions = Omit<BenchOptions, "load" | "timeout"> & { readonly size: number; readonly concurrency: number }

const benchExamples = `
Examples:
  storage-driver-conformance bench azure --json before.json
  storage-driver-conformance bench azure --compare before.json
  storage-driver-conformance bench ./my-driver.ts --compare filesystem --profile registry
  storage-driver-conformance bench azure --only writer --only reader --size 1GiB --concurrency 4

Exit codes: 0 measured, 2 bad input, 3 a backend could not be had or did not answer, or a call failed.`

function rulesCommand(): Command {
  return new Command("rules")
    .description("Print the catalogue of rules, or one rule with its reason.")
    .argument("[id]", "id of a rule, such as move/removes-the-source")
    .exitOverride()
    .configureOutput(oneLineErrors)
    .addHelpText(
      "after",
      "\nExamples:\n  storage-driver-conformance rules\n  storage-driver-conformance rules move/removes-the-source",
    )
    .action(async (id: string | undefined) => {
      const { stdout } = process
      stdout.write(await listRules(id, { columns: widthOf(stdout), colour: stdout.isTTY === true && stdout.hasColors() }))
    })
}

function cleanCommand(): Command {
  return new Command("clean")
    .description("Remove the containers that --keep has left, and those of runs that were killed.")
    .exitOverride()
    .configureOutput(oneLineErrors)
    .addHelpText("after", "\nExit codes: 0 done, also where there was none, 2 bad input, 3 no container engine answers.")
    .action(async () => {
      process.stdout.write(await clean())
    })
}
