import { BroadcastChannel } from "node:worker_threads"
import type { RuleOutcome } from "../../suites/execution/outcome.ts"

/**
 * The line between the tests of a run, which live in a thread of Vitest's, and the conductor, which runs the rules: a broadcast
 * channel, which reaches all threads of a process and no other process.
 */
const channelName = "storage-driver-conformance:rules"

interface Received {
  readonly data: Message
}

type Message = { readonly ask: string } | { readonly answer: RuleOutcome }

/** Asks for a rule to be run, from a thread of Vitest's. */
export async function askForRule(ruleId: string): Promise<RuleOutcome> {
  const channel = new BroadcastChannel(channelName)
  try {
    return await new Promise<RuleOutcome>((resolve) => {
      channel.onmessage = ({ data: message }: Received) => {
        if ("answer" in message && message.answer.ruleId === ruleId) resolve(message.answer)
      }
      channel.postMessage({ ask: ruleId } satisfies Message)
    })
  } finally {
    channel.close()
  }
}

/** A test that waits for an answer waits for ever: what went wrong on our side is one too. */
function defectOf(ruleId: string, reason: unknown): RuleOutcome {
  const details = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)
  return {
    ruleId,
    checks: 0,
    calls: 0,
    milliseconds: 0,
    status: "inconclusive",
    because: "suite-defect",
    reason: `a defect of the suite, please report it: ${details}`,
  }
}

/** Answers what is asked. Returns a function that ends it. */
export function answerForRules(run: (ruleId: string) => Promise<RuleOutcome>): () => void {
  const channel = new BroadcastChannel(channelName)
  channel.onmessage = ({ data: message }: Received) => {
    if (!("ask" in message)) return
    const ruleId = message.ask
    run(ruleId)
      .catch((reason: unknown) => defectOf(ruleId, reason))
      .then((answer) => channel.postMessage({ answer } satisfies Message))
  }
  return () => channel.close()
}
