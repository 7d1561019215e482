import { spawnSync } from "node:child_process"
import { chmod, rm } from "node:fs/promises"
import { fileURLToPath } from "node:url"

/** Builds the package into dist, from nothing: what was built of a file that is gone must not be published. */

const dist = fileURLToPath(new URL("../../dist", import.meta.url))

function run(command: string, ...commandArguments: readonly string[]): void {
  const { status, error } = spawnSync(command, commandArguments, { stdio: "inherit" })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

await rm(dist, { recursive: true, force: true })
run("tsc", "-p", "tsconfig.build.json")
// What npx starts in a checkout must be executable; whoever installs the package has npm see to it.
await chmod(`${dist}/cli/entry.js`, 0o755)
run("node", fileURLToPath(new URL("bundle-azurite.ts", import.meta.url)))
