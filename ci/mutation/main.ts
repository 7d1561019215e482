import { globSync, readFileSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { Stryker } from "@stryker-mutator/core"
import { sample, shuffledSubarray } from "fast-check"
import { noteOn } from "./notes.ts"
import { type Fate, formatFate, keyOf, readFates, survived } from "./report.ts"
import { type Subject, subjects } from "./subjects.ts"

/**
 * Mutation by machine: Stryker puts one small change after the other into our own drivers, and the certification suite, not their unit
 * tests, has to fail; then into the executable specification, with its own tests. docs/mutation.md says what became of the survivors.
 *
 *     npm run mutation -- inmemory
 *
 * Ends with exit code 1 where more survive than may. What became of each mutant is kept in reports/mutation, as long as the file that
 * it is in stays as it is.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: String(availableParallelism()) },
    /** Instead of all that is the subject's: "drivers/walk.ts:20-40". */
    mutate: { type: "string", multiple: true },
    /** Only those mutants that survived the last time, and are not equivalent. */
    again: { type: "boolean", default: false },
    /** Only so many lines of its code, chosen by the seed: a sample, where all of it would take too long. */
    lines: { type: "string" },
    seed: { type: "string", default: "1" },
    /** Those that survived, or were not reached, once more: by the driver's own tests. */
    "own-tests": { type: "boolean", default: false },
    /** Runs nothing, and tells what is known. */
    show: { type: "boolean", default: false },
  },
})

const folder = "reports/mutation"
await mkdir(folder, { recursive: true })
for (const name of positionals.length === 0 ? Object.keys(subjects) : positionals) {
  const subject = subjects[name]
  if (subject === undefined) throw new Error(`there is no subject ${name}: ${Object.keys(subjects).join(", ")}`)
  if (values["own-tests"]) await runOwnTests(name, subject)
  else await certify(name, subject)
}

async function certify(name: string, subject: Subject): Promise<void> {
  const report = `${folder}/${name}.ndjson`
  const known = await readFates(report)
  const mutate = values.again ? known.filter(isBeyond).map(rangeOf) : chosen(values.mutate ?? subject.mutate)
  if (!values.show && mutate.length > 0) {
    await writeFile(report, known.map(formatFate).join(""))
    await run(subject, mutate, report)
  }
  const fates = await readFates(report)
  process.stdout.write(tell(name, fates))
  if (scoreOf(fates).percent < subject.least) process.exitCode = 1
}

/** Whether what is beyond the suite is held by the tests that are written for the driver. Fails nothing: it tells. */
async function runOwnTests(name: string, subject: Subject): Promise<void> {
  const { ownTests: tests } = subject
  if (tests === undefined) throw new Error(`${name} has no tests of its own`)
  const beyond = (await readFates(`${folder}/${name}.ndjson`)).filter(isBeyond)
  const report = `${folder}/${name}-own-tests.ndjson`
  if (!values.show && beyond.length > 0) {
    await writeFile(report, "")
    await run({ ...subject, tests }, beyond.map(rangeOf), report)
  }
  // Others lie within the same ranges, and were run along with them.
  const keys = new Set(beyond.map(keyOf))
  const fates = (await readFates(report)).filter((fate) => keys.has(keyOf(fate)))
  process.stdout.write(tell(`${name}, beyond the suite, by its own tests`, fates))
}

function chosen(mutate: readonly string[]): readonly string[] {
  if (values.lines === undefined) return mutate
  const [left, kept] = [mutate.filter((glob) => glob.startsWith("!")), mutate.filter((glob) => !glob.startsWith("!"))]
  const files = globSync(kept, { exclude: left.map((glob) => glob.slice(1)) })
  const lines = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, index) => (isCode(line) ? [`${file}:${index + 1}-${index + 1}`] : [])),
  )
  const length = Math.min(Number(values.lines), lines.length)
  return sample(shuffledSubarray(lines, { minLength: length, maxLength: length }), {
    seed: Number(values.seed),
    numRuns: 1,
  }).flat()
}

/** Whether there may be something to mutate in the line. */
function isCode(line: string): boolean {
  return /\w/.test(line) && !/^\s*(\/?\*|\/\/|import|readonly)/.test(line)
}

async function run({ tests, certified }: Subject, mutate: readonly string[], report: string): Promise<void> {
  process.env["MUTATION_TESTS"] = tests
  process.env["MUTATED_DRIVERS"] = certified?.join(",") ?? ""
  process.env["MUTATION_REPORT"] = report
  const stryker = new Stryker({
    mutate: [...mutate],
    // What a message says is no part of the contract.
    mutator: { excludedMutations: ["StringLiteral"] },
    testRunner: "vitest",
    vitest: { configFile: "ci/mutation/vitest.config.ts", related: false },
    plugins: ["@stryker-mutator/vitest-runner", "./ci/mutation/reporter.ts"],
    ignorePatterns: ["dist", "docs"],
    // It would rewrite paths in it with an API that TypeScript 7 has no more; there are none to rewrite.
    tsconfigFile: "none",
    reporters: ["progress-append-only", "fates"],
    concurrency: Number(values.workers),
    // A machine that is busy with other things must not pass for a mutant that never ends.
    timeoutFactor: 4,
    ignoreStatic: true,
    allowEmpty: false,
  })
  await stryker.runMutationTest()
}

/** As Stryker takes it, whose columns count from 0 here. */
function rangeOf({ file, location: { start, end } }: Fate): string {
  return `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`
}

interface Score {
  readonly killed: number
  readonly judged: number
  readonly equivalent: number
  /** Of those judged, which the equivalent ones are not among. */
  readonly percent: number
}

function scoreOf(fates: readonly Fate[]): Score {
  const survivors = fates.filter(survived)
  const equivalent = survivors.filter(isEquivalent).length
  const judged = fates.filter(({ status }) => status !== "error").length - equivalent
  const killed = judged + equivalent - survivors.length
  return { killed, judged, equivalent, percent: (100 * killed) / judged }
}

/** Whether it survived what it should not have. */
function isBeyond(fate: Fate): boolean {
  return survived(fate) && !isEquivalent(fate)
}

function isEquivalent(fate: Fate): boolean {
  return noteOn(fate)?.kind === "equivalent"
}

function tell(name: string, fates: readonly Fate[]): string {
  const lines = fates.filter(survived).map((fate) => {
    const { file, location, original, replacement, status } = fate
    const note = noteOn(fate)
    const why = note === undefined ? status : `${note.kind}: ${note.why}`
    return `  ${file}:${location.start.line}:${location.start.column}  ${original}  ->  ${replacement}  (${why})\n`
  })
  const { killed, judged, equivalent, percent } = scoreOf(fates)
  return `${lines.join("")}${name}: ${killed} of ${judged} killed, ${percent.toFixed(1)} %; ${equivalent} more are equivalent\n`
}
