import { Abandoned, CallFailed, CallHung } from "../execution/failures.ts"
import type { Case } from "../execution/rule-context.ts"
import { type Extent, extents } from "../extent.ts"
import type { Check } from "../rule.ts"

export interface LargeCase extends Case {
  readonly extent: Extent
  /** A number from 0 to 1, from the seed of the rule. */
  random(): number
}

/**
 * A check of one case that stores much: what it stored is removed when it ends, however it ends, so that rules do not add up on a
 * disk.
 */
export function large(body: (given: LargeCase) => Promise<void>): Check {
  return async (context) => {
    const random = randomOf(context.seed)
    await context.case(async (given) => {
      try {
        await body({ ...given, extent: given.extent ?? extents.small, random })
      } finally {
        await removeAll(given)
      }
    })
  }
}

/** What cannot be removed says nothing of the rule: the clean-up of the run finds it. */
async function removeAll({ driver }: Case): Promise<void> {
  driver.observation.trace.close()
  for (const stream of driver.streams) stream.destroy()
  for (const writer of driver.unfinishedWriters) await unlessRefused(writer.cancel())
  await unlessRefused(driver.delete("/"))
}

async function unlessRefused(removal: Promise<void>): Promise<void> {
  try {
    await removal
  } catch (reason) {
    if (!(reason instanceof CallFailed || reason instanceof CallHung || reason instanceof Abandoned)) throw reason
  }
}

/** Mulberry32: small, and the same on every machine. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
