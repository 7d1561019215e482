import { spawnSync } from "node:child_process"
import { readWorkflow } from "./workflow.ts"

/**
 * Runs the `run` steps of a GitHub workflow's jobs in the current folder, as a runner would: `node ci/run-workflow.ts <file>`. Steps
 * that use an action are named and passed over. Ends with the first exit code that is not 0, after the steps marked `if: always()`.
 */

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error("usage: node ci/run-workflow.ts <workflow.yml>")
const { env, jobs } = readWorkflow(file)
let failed = 0
for (const step of Object.values(jobs).flatMap((job) => job.steps)) {
  if (failed !== 0 && step.if !== "always()") continue
  if ("uses" in step) {
    process.stdout.write(`— ${step.uses}: passed over\n`)
    continue
  }
  process.stdout.write(`— ${step.name}\n`)
  const { status } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
    stdio: "inherit",
    env: { ...process.env, ...env },
  })
  if (status !== 0) failed ||= status ?? 1
}
process.exitCode = failed
