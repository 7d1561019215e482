import { withArgumentChecks } from "../base.ts"
import { defineDriver } from "../define.ts"
import { MemoryDriver } from "./driver.ts"
import { driverName, MemoryStorage } from "./storage.ts"

/**
 * Keeps everything in the memory of one process: each `open` gives an empty storage, which all instances connected to it share. It
 * takes no parameters. Times are those of the clock in milliseconds; two writes that a timer of 2 ms separates surely differ.
 */
export default defineDriver({
  name: driverName,
  capabilities: { scope: "process", modTimeResolution: 2, atomicMove: true },
  async open() {
    const storage = new MemoryStorage()
    return { connect: async () => withArgumentChecks(new MemoryDriver(storage)), close: async () => {} }
  },
})
