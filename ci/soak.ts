import { randomBytes } from "node:crypto"
import { parseArgs } from "node:util"
import { parseDuration } from "../drivers/azure/duration.ts"
import { certify } from "./certify.ts"

/**
 * Random sequences of calls for as long as one likes, a new seed each round: `npm run soak -- azure --for 30m`. `--rounds` ends after so
 * many, `--runs` is the sequences of each kind in a round, `--seed` the first round's seed, the others counting on from it. Ends at the
 * first round that is not conformant, with its exit code; the failing sequence is saved where certify looks for it next time.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    for: { type: "string", default: "10m" },
    rounds: { type: "string", default: "1000000" },
    runs: { type: "string", default: "1000" },
    seed: { type: "string" },
  },
})
const milliseconds = parseDuration(values.for)
const [driver] = positionals
if (driver === undefined || milliseconds === undefined)
  throw new Error("usage: npm run soak -- <driver> [--for 30m] [--rounds 5] [--runs 1000]")

const deadline = Date.now() + milliseconds
const firstSeed = values.seed === undefined ? randomBytes(4).readInt32LE() : Number(values.seed)
const total = { rounds: 0, sequences: 0, calls: 0 }
while (Date.now() < deadline && total.rounds < Number(values.rounds)) {
  const seed = (firstSeed + total.rounds) | 0
  const { exitCode, text, report } = certify(driver, ["--rule", "sequences", "--runs", values.runs, "--seed", String(seed)])
  if (exitCode !== 0) {
    process.stdout.write(text)
    process.exitCode = exitCode
    break
  }
  const rules = report?.suites.flatMap((suite) => suite.rules) ?? []
  const explored = rules.flatMap(({ outcome }) => outcome.explored ?? [])
  total.rounds++
  total.sequences += explored.reduce((sum, { sequences }) => sum + sequences, 0)
  total.calls += explored.reduce((sum, { calls }) => sum + calls, 0)
  process.stdout.write(`seed ${seed}: none fails; ${total.sequences} sequences of ${total.calls} calls so far\n`)
}
