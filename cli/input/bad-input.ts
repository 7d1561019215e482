import leven from "leven"
import { oneLine } from "../reports/text.ts"
import { visible } from "../reports/visible-text.ts"

/** What the user can mend: told in one line, with exit code 2. */
export class BadInput extends Error {
  override readonly name = "BadInput"

  /** @param message may quote what others wrote: it is put on one line, and what cannot be seen is escaped */
  constructor(message: string) {
    super(visible(oneLine(message)))
  }
}

/** The candidate that was probably meant: the one with the fewest differing letters, if they are few. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: { readonly candidate: string; readonly distance: number } | undefined
  for (const candidate of candidates) {
    const distance = leven(name.toLowerCase(), candidate.toLowerCase())
    if (distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance }
  }
  return best !== undefined && best.distance <= Math.max(2, name.length / 3) ? best.candidate : undefined
}
