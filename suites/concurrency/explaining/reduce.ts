import type { StepOperation } from "../judging/file-model.ts"
import type { Disorder } from "../judging/judge.ts"
import { checkLinearizability } from "../linearizability.ts"
import type { Recorded } from "../recording/history.ts"

const milliseconds = 5_000

/**
 * A disorder with as few calls as it takes. A call is left out where there is no order even if nobody knew what came of it, so that it
 * might have taken effect at any time or never: then it cannot be what the disorder comes from.
 */
export function reduce(disorder: Disorder): Disorder {
  const deadline = performance.now() + milliseconds
  const calls = [...new Set(disorder.operations.map(({ input }) => input.of))].sort((a, b) => b.called - a.called)
  const open = new Set<Recorded>()
  let smallest = disorder
  for (const call of calls) {
    if (performance.now() > deadline) break
    open.add(call)
    const operations = withOpen(disorder.operations, open)
    const result = checkLinearizability(disorder.model, operations, { time: 1_000 })
    if (result.verdict === "illegal") smallest = { ...disorder, operations, order: result.order, stuck: result.stuck }
    else open.delete(call)
  }
  return { ...smallest, operations: smallest.operations.filter(({ input }) => !open.has(input.of)) }
}

/** The steps, with those of some calls as if they had never returned. */
function withOpen(operations: readonly StepOperation[], open: ReadonlySet<Recorded>): readonly StepOperation[] {
  const made = new Map<StepOperation, StepOperation>()
  for (const operation of operations) {
    const { client, input, called, after } = operation
    const earlier = after === undefined ? undefined : made.get(after)
    const chained = earlier === undefined ? {} : { after: earlier }
    if (open.has(input.of)) made.set(operation, { client, input, called, ...chained })
    else if (operation.returned === undefined) made.set(operation, { client, input, called, ...chained })
    else made.set(operation, { client, input, called, returned: operation.returned, output: true, ...chained })
  }
  return [...made.values()]
}
