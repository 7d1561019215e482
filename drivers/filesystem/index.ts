import { z } from "zod"
import { withArgumentChecks } from "../base.ts"
import { defineDriver } from "../define.ts"
import { FilesystemDriver } from "./driver.ts"
import { driverName, prepareLayout } from "./layout.ts"

/** As in Distribution: a smaller number is raised to this. */
const leastThreads = 25

const parameters = z.strictObject({
  rootdirectory: z
    .string("must be the path of a folder, such as /var/lib/registry")
    .min(1, "must be the path of a folder, such as /var/lib/registry")
    .describe("The folder below which everything is stored. It is made where it is missing, and must be one file system."),
  maxthreads: z
    .int("must be a whole number")
    .nonnegative("must not be negative")
    .default(100)
    .describe(`How many calls run at a time; numbers below ${leastThreads} count as ${leastThreads}.`),
})

/**
 * Keeps files in a folder, under their paths, as Distribution's driver of this name does. The system's clock gives the modification
 * times, in milliseconds: two writes that a timer of 10 ms separates surely differ. How long names and paths may be, and whether case
 * tells them apart, is found out when the storage is opened. A move is a rename, and happens at one moment.
 */
export default defineDriver({
  name: driverName,
  parameters,
  capabilities: { modTimeResolution: 10, atomicMove: true },
  target: "temporary-directory",
  async open({ parameters: { rootdirectory, maxthreads } }) {
    const layout = await prepareLayout(rootdirectory)
    const { component, path, caseSensitive } = layout.limits
    return {
      capabilities: { maximumComponentLength: component, maximumPathLength: path, caseSensitive },
      connect: async () => withArgumentChecks(new FilesystemDriver(layout, Math.max(leastThreads, maxthreads))),
      close: async () => {},
    }
  },
})
