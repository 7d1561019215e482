import { Unavailable } from "./input/unavailable.ts"
import { count } from "./reports/text.ts"

/**
 * Removes the containers that runs of this machine have left: those that `--keep` kept, and those of runs that were killed. The command
 * `clean`.
 *
 * @returns what was done, a line
 * @throws Unavailable where no engine can be asked
 */
export async function clean(): Promise<string> {
  const [{ connectToEngine }, { removeLeftovers }] = await Promise.all([
    import("../fixtures/targets/container-engine.ts"),
    import("../fixtures/targets/owned-containers.ts"),
  ])
  try {
    const { kept, leftBehind } = await removeLeftovers(await connectToEngine(), { kept: true })
    return `removed ${count(kept, "container")} that --keep had left and ${leftBehind} of runs that were killed\n`
  } catch (reason) {
    throw new Unavailable(reason instanceof Error ? reason.message : String(reason))
  }
}
