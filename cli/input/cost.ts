import type { SuiteName } from "../../suites/catalogue.ts"
import type { Extent } from "../../suites/extent.ts"

/** What a run asks of a backend, roughly. */
export interface Cost {
  readonly requests: number
  readonly bytesWritten: number
  readonly bytesRead: number
}

const MiB = 1024 ** 2

/** What a rule asks of the Azure driver's backend, on the average of a suite; account.test.ts measures that of the contract. */
const costOfRule: Readonly<Record<SuiteName, (extent: Extent) => Cost>> = {
  contract: () => ({ requests: 180, bytesWritten: 3 * MiB, bytesRead: 4 * MiB }),
  concurrency: () => ({ requests: 3_000, bytesWritten: 5 * MiB, bytesRead: 5 * MiB }),
  scale: ({ bytes, costlyEntries }) => ({ requests: costlyEntries / 2, bytesWritten: bytes, bytesRead: bytes }),
}

/** @param extent how much the rules of suite `scale` store */
export function estimateCost(suite: SuiteName, rules: number, extent: Extent): Cost {
  const { requests, bytesWritten, bytesRead } = costOfRule[suite](extent)
  return { requests: rules * requests, bytesWritten: rules * bytesWritten, bytesRead: rules * bytesRead }
}

/** "about 24,000 requests, 240 MiB written, 180 MiB read" */
export function describeCost({ requests, bytesWritten, bytesRead }: Cost): string {
  const sizes = [`${rounded(bytesWritten / MiB)} MiB written`, `${rounded(bytesRead / MiB)} MiB read`]
  return [`about ${rounded(requests)} requests`, ...sizes].join(", ")
}

function rounded(number: number): string {
  return number.toLocaleString("en-US", { maximumSignificantDigits: 2 })
}
