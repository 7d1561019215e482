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

/** Answers what is asked. Returns a function that ends it. */
export function answerForRules(run: (ruleId: string) => Promise<RuleOutcome>): () => void {
  const channel = new BroadcastChannel(channelName)
  channel.onmessage = ({ data: message }: Received) => {
    if ("ask" in message) void run(message.ask).then((answer) => channel.postMessage({ answer } satisfies Message))
  }
  return () => channel.close()
}
