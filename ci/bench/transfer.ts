import { connect } from "../../drivers/azure/driver.ts"
import type { AzureParameters } from "../../drivers/azure/parameters.ts"

/** Uploads or reads a GiB and tells its parent how much memory that took at the peak, as a process of its own. */
const parameters: AzureParameters = JSON.parse(process.env["PARAMETERS"] ?? "")
const driver = connect(parameters)
await driver.putContent("/warm", Buffer.alloc(1024))
await driver.getContent("/warm")
const idle = process.memoryUsage().rss

if (process.argv[2] === "upload") {
  const writer = await driver.writer("/memory")
  const piece = Buffer.alloc(256 * 1024, 7)
  for (let written = 0; written < 1024 ** 3; written += piece.length) await writer.write(piece)
  await writer.commit()
} else {
  for await (const _ of await driver.reader("/memory"));
}
// The system counts in KiB.
process.send?.(process.resourceUsage().maxRSS * 1024 - idle)
