import type { RuleOutcome } from "./outcome.ts"

/** Whether the backend answers, and if not, what it said, and the end of what it printed where that is known. */
export type ProbeAnswer =
  | { readonly answers: true }
  | { readonly answers: false; readonly reason: string; readonly output?: string }

/**
 * Takes back an accusation where the backend, not the driver, may be at fault: a call that hung or met a network error breaks the
 * rule only if the backend answers when it is asked right afterwards.
 */
export async function confirmOutcome(outcome: RuleOutcome, probe: () => Promise<ProbeAnswer>): Promise<RuleOutcome> {
  if (outcome.status !== "failed" && outcome.status !== "set-up-failed") return outcome
  if (outcome.failure.doubt === undefined) return outcome
  const answer = await probe()
  if (answer.answers) return outcome
  const { failure, ...counted } = outcome
  const reason = `the backend does not answer: ${answer.reason}`
  return { ...counted, status: "inconclusive", because: "backend-gone", reason, failure }
}
