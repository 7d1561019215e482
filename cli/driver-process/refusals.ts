import { DriverModuleError } from "../../drivers/define.ts"
import { describeReason, looksLikeNetworkFailure } from "../../suites/execution/failures.ts"
import { OpeningHung } from "../../suites/execution/opening.ts"

/** What the user can mend: a module that does not load, parameters that do not fit. */
export class InputRefused extends Error {
  override readonly name = "InputRefused"
}

export function refusalOf(reason: unknown): { readonly kind: "input" | "network" | "failure"; readonly message: string } {
  if (reason instanceof InputRefused || reason instanceof DriverModuleError) return { kind: "input", message: reason.message }
  if (reason instanceof OpeningHung) return { kind: "network", message: reason.message }
  return { kind: looksLikeNetworkFailure(reason) ? "network" : "failure", message: describeReason(reason) }
}
