import type { DriverProcess, DriverProcesses } from "../execution/driver-processes.ts"
import { CallHung } from "../execution/failures.ts"
import { observe, unprefixed } from "../execution/observation.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import type { Case } from "../execution/rule-context.ts"
import { limitFor, within } from "../execution/time-limits.ts"

/**
 * Starts a process that holds nothing but the driver, and ends it when it has been used. What it does stands among the calls of the
 * case, and has a time limit.
 */
export async function inProcess<Value>(given: Case, use: (process: DriverProcess) => Promise<Value>): Promise<Value> {
  const process = await startProcess(given.driver, given.processes)
  try {
    return await use(process)
  } finally {
    await process.end()
  }
}

async function startProcess(driver: ObservedDriver, processes: DriverProcesses | undefined): Promise<DriverProcess> {
  if (processes === undefined) throw new Error("a rule that starts processes needs ownProcesses")
  const { observation, instance } = driver
  const made = <Value>(method: string, path: string, bytes: number, make: () => Promise<Value>): Promise<Value> => {
    const shown = unprefixed(observation.prefix, path)
    // Three times as long as in this process: it is looked at while it works, and waits on purpose.
    const limit = 3 * limitFor(observation.limits, bytes)
    return observe(
      observation,
      { instance, method: `another process: ${method}`, arguments: [quote(shown)], limitsItself: true, render: () => "ok" },
      (call) => within(limit, make(), () => new CallHung(call, limit)),
    )
  }
  const process = await processes.start()
  return {
    upload: (job, onProgress) =>
      made(`${job.resume ? "resumes" : "uploads"} up to byte ${job.end}`, job.path, job.end, () =>
        process.upload(job, onProgress),
      ),
    download: (job) => made("reads", job.path, job.content.length, () => process.download(job)),
    kill: () => process.kill(),
    end: () => process.end(),
  }
}
