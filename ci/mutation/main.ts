import { globSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { relative } from "node:path"
import { parseArgs } from "node:util"
import { Stryker } from "@stryker-mutator/core"
import { noteOn } from "./notes.ts"
import { digestOf, type Fate, merged, readFates, survived, writeFates } from "./report.ts"
import { type Subject, subjects } from "./subjects.ts"

/**
 * Mutation by machine: Stryker puts one small change after the other into our own drivers, and the certification suite, not their unit
 * tests, has to fail; then into the executable specification, with its own tests. docs/mutation.md says what became of the survivors.
 *
 *     npm run mutation -- inmemory
 *
 * What became of each mutant is kept in reports/mutation, as long as the file that it is in stays as it is.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: String(availableParallelism()) },
    /** Instead of all that is the subject's: "drivers/walk.ts:20-40". */
    mutate: { type: "string", multiple: true },
    /** Only those mutants that survived the last time. */
    again: { type: "boolean", default: false },
    /** Runs nothing, and tells what is known. */
    show: { type: "boolean", default: false },
  },
})

type Status = Awaited<ReturnType<Stryker["runMutationTest"]>>[number]["status"]

/** Those that were judged; the others were left out: static ones, for Stryker would start anew for each, and excluded ones. */
const statuses: Readonly<Partial<Record<Status, Fate["status"]>>> = {
  Killed: "killed",
  Timeout: "timeout",
  Survived: "survived",
  NoCoverage: "not-covered",
  RuntimeError: "error",
}

for (const name of positionals.length === 0 ? Object.keys(subjects) : positionals) {
  const subject = subjects[name]
  if (subject === undefined) throw new Error(`there is no subject ${name}: ${Object.keys(subjects).join(", ")}`)
  const path = `reports/mutation/${name}.json`
  const known = await readFates(path)
  const mutate = values.again ? known.filter(survived).map(rangeOf) : (values.mutate ?? subject.mutate)
  const fates = values.show || mutate.length === 0 ? known : merged(known, await run(subject, mutate))
  await writeFates(path, fates)
  process.stdout.write(tell(name, fates))
}

async function run({ tests, certified }: Subject, mutate: readonly string[]): Promise<readonly Fate[]> {
  process.env["MUTATION_TESTS"] = tests
  process.env["MUTATED_DRIVERS"] = certified?.drivers.join(",") ?? ""
  process.env["MUTATION_SUITES"] = certified?.suites.join(",") ?? ""
  const sources = await readSources()
  const stryker = new Stryker({
    mutate: [...mutate],
    // What a message says is no part of the contract.
    mutator: { excludedMutations: ["StringLiteral"] },
    testRunner: "vitest",
    vitest: { configFile: "ci/mutation/vitest.config.ts", related: false },
    plugins: ["@stryker-mutator/vitest-runner"],
    ignorePatterns: ["dist", "docs"],
    // It would rewrite paths in it with an API that TypeScript 7 has no more; there are none to rewrite.
    tsconfigFile: "none",
    reporters: ["progress-append-only"],
    concurrency: Number(values.workers),
    timeoutMS: 20_000,
    ignoreStatic: true,
    allowEmpty: false,
  })
  const fates: Fate[] = []
  for (const result of await stryker.runMutationTest()) {
    const status = statuses[result.status]
    const file = relative("", result.fileName)
    const source = sources.get(file)
    if (status === undefined || source === undefined) continue
    const lines = source.split("\n")
    const { start, end } = result.location
    const [killedBy] = result.killedBy ?? []
    fates.push({
      file,
      digest: digestOf(source),
      location: { start, end },
      line: (lines[start.line - 1] ?? "").trim(),
      mutator: result.mutatorName,
      original: onOneLine(between(lines, start, end)),
      replacement: onOneLine(result.replacement),
      status,
      ...(killedBy !== undefined && { killedBy }),
    })
  }
  return fates
}

/** All that may be mutated, as it was when the run began. */
async function readSources(): Promise<ReadonlyMap<string, string>> {
  const files = globSync(["drivers/**/*.ts", "suites/specification/*.ts"])
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")] as const)))
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

/** As Stryker takes it, whose columns count from 0 here. */
function rangeOf({ file, location: { start, end } }: Fate): string {
  return `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`
}

function tell(name: string, fates: readonly Fate[]): string {
  const survivors = fates.filter(survived)
  const equivalent = survivors.filter((fate) => noteOn(fate)?.kind === "equivalent").length
  const judged = fates.filter(({ status }) => status !== "error").length - equivalent
  const killed = judged + equivalent - survivors.length
  const lines = survivors.map((fate) => {
    const { file, location, original, replacement, status } = fate
    const note = noteOn(fate)
    const why = note === undefined ? status : `${note.kind}: ${note.why}`
    return `  ${file}:${location.start.line}:${location.start.column}  ${original}  ->  ${replacement}  (${why})\n`
  })
  const score = `${killed} of ${judged} killed, ${((100 * killed) / judged).toFixed(1)} %; ${equivalent} more are equivalent`
  return `${lines.join("")}${name}: ${score}\n`
}
