import type { Timeline } from "../../../suites/concurrency/explaining/timeline.ts"

/** @param digits of a time in milliseconds */
export function timeOf(time: number, unit: Timeline["unit"], digits = 3): string {
  return unit === "ms" ? `${time.toFixed(digits)} ms` : `step ${time}`
}
