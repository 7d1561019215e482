import { within } from "../../suites/execution/time-limits.ts"

/** Whether what a check says holds. One that throws, or takes longer than this many milliseconds, does not. */
export async function attempt(check: () => Promise<boolean>, milliseconds = 10_000): Promise<boolean> {
  try {
    return await within(milliseconds, check(), () => new Error("late"))
  } catch {
    return false
  }
}
