import type { ResolvedCapabilities } from "./needs.ts"

const MiB = 1024 * 1024
const largestTried = 16 * MiB

/**
 * Bytes of the blocks that a driver cuts large writes into, for rules that aim at their boundaries. Where a driver's blocks are larger
 * than 16 MiB, it is 16 MiB: several of its blocks would take longer than a rule of this suite may, and only `scale` writes as much.
 */
export function blockSizeOf({ chunkSize }: ResolvedCapabilities): number {
  return Math.min(chunkSize, largestTried)
}
