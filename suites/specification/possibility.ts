import type { StorageDriverErrorCode } from "../../drivers/contract.ts"
import type { Content } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
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
  /** Whether a driver that goes this way keeps every MUST, and departs from the rule, which is a SHOULD. */
  readonly departs?: true
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

/** Refused with this code by a MUST; that the error names the path is a SHOULD, `naming`. */
export function refusesNaming(
  rule: string,
  naming: string,
  code: StorageDriverErrorCode,
  path: string,
  next: State,
): readonly Possibility[] {
  const named = refuses(rule, code, path, next)
  const accepts = (outcome: Outcome): boolean => outcome.kind === "rejected" && outcome.code === code
  return [named, { ...named, rule: naming, accepts, departs: true }]
}

/** A call on a writer that succeeds and leaves it at a size. */
export function givesSize(rule: string, size: number, next: State): Possibility {
  return {
    rule,
    expected: `a size of ${describeCount(size)}`,
    accepts: (outcome) => outcome.kind === "size" && outcome.size === size,
    next,
  }
}

/** All bytes of a content from an offset on. */
export function gives(rule: string, content: Content, offset: number, next: State): Possibility {
  const length = content.length - offset
  const what = `content ${content.object}${content.version === 0 ? "" : `, version ${content.version}`}`
  return {
    rule,
    expected:
      offset === 0 ? `the ${describeCount(length)} of ${what}` : `the ${describeCount(length)} of ${what} from offset ${offset}`,
    accepts: (outcome) => outcome.kind === "bytes" && outcome.bytes.length === length && outcome.bytes.isPartOf(content, offset),
    next,
  }
}

/** Whatever comes of it: the contract leaves it open. */
export function anything(next: State): Possibility {
  return { rule: "", expected: "anything", accepts: () => true, next }
}

/** Whatever comes of it departs from a SHOULD, unless another possibility takes it. */
export function otherwise(rule: string, expected: string, next: State): Possibility {
  return { rule, expected, accepts: () => true, next, departs: true }
}
