import type { StorageDriver } from "../../drivers/contract.ts"
import { defineDriver } from "../../drivers/define.ts"
import filesystem from "../../drivers/filesystem/index.ts"
import { throughRequests } from "../../drivers/requests.ts"
import { BusyDisk } from "../../fixtures/faults/busy-disk.ts"

/** One rule has 120 uploads open and commits them all at once, for which each opens a folder. */
const mostOpenFiles = 300

/**
 * The filesystem driver on a busy machine, where it has to keep every rule all the same. Where clients call at once the suite decides
 * what of theirs reaches the disk next, effect by effect, and so comes to interleavings that an idle machine never shows.
 */
export default defineDriver({
  ...filesystem,
  capabilities: { ...filesystem.capabilities, scheduled: true },
  async open(options) {
    const storage = await filesystem.open(options)
    const disk = new BusyDisk({ mostOpenFiles })
    return {
      ...storage,
      connect: async (given) => {
        const driver = await storage.connect(given)
        const use = <Value>(make: () => Promise<Value>): Promise<Value> => disk.use(given?.clock, make)
        const walk: StorageDriver["walk"] = (...walked) => use(() => driver.walk(...walked))
        return { ...throughRequests(driver, use), walk }
      },
      async close() {
        await storage.close()
        await disk.close()
      },
    }
  },
})
