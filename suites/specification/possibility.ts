import type { StorageDriverErrorCode } from "../../drivers/contract.ts"
import type { Outcome } from "./calls.ts"
import type { State } from "./state.ts"

/** One way in which a call may go: what it then gives, and what is stored afterwards. */
export interface Possibility {
  /** Id of the rule that says so. */
  readonly rule: string
  /** What comes of the call, in words. */
  readonly expected: string
  readonly accepts: (outcome: Outcome) => boolean
  readonly next: State
}

export function succeeds(rule: string, next: State): Possibility {
  return { rule, expected: "success", accepts: ({ kind }) => kind === "done", next }
}

export function refuses(rule: string, code: StorageDriverErrorCode, path: string, next: State): Possibility {
  return {
    rule,
    expected: `${code}Error for ${JSON.stringify(path)}`,
    accepts: (outcome) => outcome.kind === "rejected" && outcome.code === code && outcome.path === path,
    next,
  }
}

/** A call on a writer that succeeds and leaves it at a size. */
export function givesSize(rule: string, size: number, next: State): Possibility {
  return {
    rule,
    expected: `a size of ${size} bytes`,
    accepts: (outcome) => outcome.kind === "size" && outcome.size === size,
    next,
  }
}
