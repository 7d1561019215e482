import { within } from "../../suites/execution/time-limits.ts"

/** What came of a check: "late" where it took too long, and was left to go on by itself. */
export type Attempt = "holds" | "fails" | "late"

class Late extends Error {}

/** Whether what a check says holds. One that throws, or takes longer than this many milliseconds, does not. */
export async function attempt(check: () => Promise<boolean>, milliseconds = 30_000): Promise<Attempt> {
  try {
    return (await within(milliseconds, check(), () => new Late())) ? "holds" : "fails"
  } catch (reason) {
    return reason instanceof Late ? "late" : "fails"
  }
}
