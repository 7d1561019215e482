import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { z } from "zod"
import { medianOf } from "../cli/bench/statistics.ts"
import { jsonReport } from "../cli/reports/json.ts"
import { loadMutants } from "../fixtures/mutants/catalogue.ts"
import { loadSuite } from "../suites/catalogue.ts"
import { subjectOf } from "../suites/rule.ts"
import { runOnOwnStorage } from "../suites/test-run.ts"

/**
 * Figures of the random sequences, `npm run evidence:sequences`: how fast each driver goes through them, what part of the time the
 * specification takes, what 100 sequences have tried, and for each known-bad driver whose bug needs a sequence how soon it is caught and
 * how small the sequence gets. `--output` names the Markdown file, `--seeds` how many each known-bad driver is run under. Ends with exit
 * code 1 where one of these is not caught.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10" },
    output: { type: "string", default: "docs/sequences.md" },
    only: { type: "string", default: "" },
  },
})

const entry = fileURLToPath(new URL("../dist/cli/entry.js", import.meta.url))

/** Runs the sequences of a good driver by the command, and gives what the report says of them. */
function explore(driver: string, options: readonly string[], nodeOptions = "") {
  const folder = mkdtempSync(join(tmpdir(), "evidence-sequences-"))
  try {
    const json = join(folder, "report.json")
    const certify = [entry, "certify", driver, "--rule", "sequences", "--seed", "1", "--concurrency", "1"]
    spawnSync(process.execPath, [...certify, "--json", json, ...options], {
      stdio: "ignore",
      env: { ...process.env, NODE_OPTIONS: nodeOptions },
    })
    return jsonReport
      .parse(JSON.parse(readFileSync(json, "utf8")))
      .suites.flatMap(({ rules }) => rules.flatMap(({ outcome }) => (outcome.explored === undefined ? [] : [outcome])))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})

/** Milliseconds that a process lived, and those that it spent in the specification and what that calls. */
function timesIn(file: string): { readonly all: number; readonly specification: number } {
  const { nodes, samples, timeDeltas } = profile.parse(JSON.parse(readFileSync(file, "utf8")))
  const inside = new Set<number>()
  // A node stands before its children.
  for (const { id, callFrame, children = [] } of nodes) {
    if (callFrame.url.includes("/suites/specification/")) inside.add(id)
    if (inside.has(id)) for (const child of children) inside.add(child)
  }
  let [all, specification] = [0, 0]
  for (const [index, id] of samples.entries()) {
    const milliseconds = (timeDeltas[index] ?? 0) / 1_000
    all += milliseconds
    if (inside.has(id)) specification += milliseconds
  }
  return { all, specification }
}

/** The share of the specification in the time of the processes that run sequences, from their profiles. */
function shareOfSpecification(driver: string): string {
  const profiles = mkdtempSync(join(tmpdir(), "evidence-profiles-"))
  try {
    explore(driver, [], `--cpu-prof --cpu-prof-dir=${profiles}`)
    const busy = readdirSync(profiles)
      .map((name) => timesIn(join(profiles, name)))
      .filter(({ specification }) => specification > 0)
    const sum = (part: "all" | "specification"): number => busy.reduce((total, times) => total + times[part], 0)
    return `${((100 * sum("specification")) / sum("all")).toFixed(1)} %`
  } finally {
    rmSync(profiles, { recursive: true })
  }
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")
}

const goodRows = ["inmemory", "filesystem", "azure"].map((driver) => {
  const outcomes = explore(driver, ["--runs", "100"])
  const sum = (of: (outcome: (typeof outcomes)[number]) => number): number =>
    outcomes.reduce((total, each) => total + of(each), 0)
  const seconds = sum(({ milliseconds }) => milliseconds) / 1_000
  const sequences = sum(({ explored }) => explored?.sequences ?? 0)
  const pairs = outcomes.flatMap(({ explored }) => explored?.coverage.filter(({ group }) => group === "pairs") ?? [])
  const tried = pairs.map(({ tried, of }) => `${tried} of ${of}`).join(", ")
  const [perSecond, callsPerSecond] = [sequences / seconds, sum(({ calls }) => calls) / seconds]
  process.stdout.write(`${driver}: ${perSecond.toFixed(1)} sequences/s\n`)
  return [driver, perSecond.toFixed(1), Math.round(callsPerSecond), shareOfSpecification(driver), tried]
})

const rules = (await loadSuite("contract")).rules.filter((rule) => subjectOf(rule) === "sequences")
const mutants = (await loadMutants()).filter(
  ({ id, caughtBy }) => id.includes(values.only) && rules.some((rule) => rule.id === caughtBy),
)
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1)
let caughtInAll = 0
const badRows: (readonly (string | number)[])[] = []
for (const { id, module, caughtBy } of mutants) {
  const outcomes = []
  for (const rule of rules) {
    if (rule.id !== caughtBy) continue
    for (const seed of seeds) outcomes.push(await runOnOwnStorage(module, rule, { seed, call: 10_000 }))
  }
  const caught = outcomes.flatMap((outcome) =>
    outcome.status === "failed" && outcome.failure.sequence !== undefined
      ? [{ calls: outcome.explored?.calls ?? 0, ...outcome.failure.sequence }]
      : [],
  )
  caughtInAll += caught.length
  badRows.push([
    id,
    `${caught.length} of ${seeds.length}`,
    medianOf(caught.map(({ calls }) => calls)),
    medianOf(caught.map(({ shrunk }) => shrunk.from)),
    medianOf(caught.map(({ commands }) => commands.length)),
    Math.max(...caught.map(({ commands }) => commands.length)),
    medianOf(caught.map(({ shrunk }) => shrunk.milliseconds)),
  ])
  process.stdout.write(`${id}: ${caught.length} of ${seeds.length}\n`)
}

const text = `# Random sequences of calls, in figures

Written by \`npm run evidence:sequences\`, on ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}.

## Good drivers

100 sequences of each kind, on one seed; azure on embedded Azurite. The share of the specification is that of the time in which the
processes lived that run the sequences, by their profiles, with the usual number of sequences. Pairs are calls one after the other on
one path, for each kind of sequence.

${table(["driver", "sequences a second", "calls a second", "share of the specification", "pairs tried"], goodRows)}

## Known-bad drivers whose bug needs a sequence

Each with the usual effort. Medians over the seeds: calls until it was caught, calls of the sequence that showed it, calls of the
smallest one (and the most of any seed), milliseconds to make it smaller.

${table(["driver", "caught", "calls to the catch", "found as", "smallest", "at most", "ms"], badRows)}
`
await writeFile(values.output, text)
process.stdout.write(`\n${text}`)
process.exitCode = caughtInAll === mutants.length * seeds.length ? 0 : 1
