import { withArgumentChecks } from "../base.ts"
import type { Clock } from "../clock.ts"
import type { StorageDriver } from "../contract.ts"
import { defineDriver } from "../define.ts"
import { throughRequests } from "../requests.ts"
import { walkByListing } from "../walk.ts"
import { MemoryDriver } from "./driver.ts"
import { driverName, MemoryStorage } from "./storage.ts"

/**
 * Keeps everything in the memory of one process: each `open` gives an empty storage, which all instances connected to it share. It
 * takes no parameters. Times are those of the clock in milliseconds; two writes that a timer of 2 ms separates surely differ.
 */
export default defineDriver({
  name: driverName,
  capabilities: { scope: "process", modTimeResolution: 2, atomicMove: true, scheduled: true },
  async open() {
    const storage = new MemoryStorage()
    return {
      connect: async (options) => {
        const driver = new MemoryDriver(storage)
        return withArgumentChecks(options?.clock === undefined ? driver : scheduled(driver, options.clock))
      },
      close: async () => {},
    }
  },
})

/** Sleeps before each effect. */
function scheduled(driver: MemoryDriver, clock: Clock): StorageDriver {
  const requesting = throughRequests(driver, async (make) => {
    await clock.sleep(0)
    return make()
  })
  return { ...requesting, walk: (path, visit, options) => walkByListing(requesting, path, visit, options) }
}
