import { oneLine } from "../reports/text.ts"
import { visible } from "../reports/visible-text.ts"

/** What a run was to stand on is not to be had: told in one line, with exit code 3. It says nothing of the driver. */
export class Unavailable extends Error {
  override readonly name = "Unavailable"

  /** @param message may quote what others wrote: it is put on one line, and what cannot be seen is escaped */
  constructor(message: string) {
    super(visible(oneLine(message)))
  }
}
