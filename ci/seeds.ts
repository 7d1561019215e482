import { parseArgs } from "node:util"
import { certify } from "./certify.ts"

/**
 * Certifies a driver under many seeds, one after the other, and tells what became of every rule under each: `npm run seeds -- azure
 * --seeds 20`. `--first` is the first seed, the others count on from it. Options behind `--` go to each `certify`, which is strict. It
 * goes through all seeds, and ends with exit code 1 where one rule was not kept.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: "string", default: "20" }, first: { type: "string", default: "1" } },
})
const [driver, ...options] = positionals
if (driver === undefined) throw new Error("usage: npm run seeds -- <driver> [--seeds 20] [--first 1] [-- options of certify]")

const total = { kept: 0, failing: 0, unneeded: 0 }
for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed++) {
  const { exitCode, text, report } = certify(driver, ["--seed", String(seed), ...options])
  const rules = report?.suites.flatMap((suite) => suite.rules) ?? []
  const kept = rules.filter(({ standing }) => standing === "kept")
  const unneeded = rules.filter(({ standing }) => standing === "not-run")
  const failing = rules.filter(({ standing }) => standing !== "kept" && standing !== "not-run")
  total.kept += kept.length
  total.unneeded += unneeded.length
  total.failing += failing.length
  const seconds = Math.round((report?.milliseconds ?? 0) / 1_000)
  process.stdout.write(`seed ${seed}: ${report?.verdict ?? "no verdict"}, ${kept.length} rules kept, ${seconds} s\n`)
  for (const { id, standing } of failing) process.stdout.write(`  ${id}: ${standing}\n`)
  if (exitCode === 0) continue
  process.stdout.write(text)
  process.exitCode = 1
}
const { kept, failing, unneeded } = total
process.stdout.write(
  `${values.seeds} seeds: ${kept} times a rule was kept, ${failing} times it was not; ${unneeded} times not run\n`,
)
