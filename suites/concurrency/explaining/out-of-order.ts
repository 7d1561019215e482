import { RuleBroken } from "../../execution/failures.ts"
import type { Timeline } from "./timeline.ts"

/** Calls of several clients came to what no order of them explains. */
export class OutOfOrder extends RuleBroken {
  readonly timeline: Timeline

  constructor(expected: string, actual: string, timeline: Timeline) {
    super(expected, actual)
    this.timeline = timeline
  }
}
