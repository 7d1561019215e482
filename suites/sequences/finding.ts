import { RuleBroken } from "../execution/failures.ts"
import { Falsified } from "../execution/for-all.ts"
import type { RuleContext } from "../execution/rule-context.ts"
import type { Trace } from "../execution/trace.ts"
import type { Command } from "./commands.ts"
import { Execution } from "./execute.ts"
import { minimise } from "./minimise.ts"

/** A sequence in which a driver did not do what the contract says. */
export interface Finding {
  /** Up to the one that showed it. */
  readonly commands: readonly Command[]
  readonly reason: unknown
  /** Whether it is a SHOULD that the driver departed from, and every MUST was kept. */
  readonly departs: boolean
  readonly trace: ReturnType<Trace["snapshot"]>
}

const minimisingMilliseconds = 15_000
const repeats = 5

/** Runs one sequence in a folder of its own; gives what was found, if anything. */
export async function runSequence(
  context: RuleContext,
  body: (execution: Execution, run: (command: Command) => Promise<void>) => Promise<void>,
): Promise<Finding | undefined> {
  const commands: Command[] = []
  let finding: Finding | undefined
  await context.case(async (given) => {
    const execution = new Execution(given)
    try {
      await body(execution, async (command) => {
        commands.push(command)
        await execution.run(command)
        const { departure } = execution
        if (departure === undefined || finding !== undefined) return
        const reason = new RuleBroken(departure.expected, departure.actual, departure.rule)
        finding = { commands: [...commands], reason, departs: true, trace: given.trace.snapshot() }
      })
    } catch (reason) {
      finding = { commands, reason, departs: false, trace: given.trace.snapshot() }
    }
  })
  return finding
}

/** Runs commands again, without those that the contract leaves undefined; gives what was found, if anything. */
export function replay(context: RuleContext, commands: readonly Command[]): Promise<Finding | undefined> {
  return runSequence(context, async (execution, run) => {
    for (const command of commands) if (execution.allows(command)) await run(command)
  })
}

/** The finding as a failure to report: its smallest sequence, and how often that fails. */
export async function explain(context: RuleContext, finding: Finding): Promise<Falsified> {
  const { reason, trace, commands } = finding
  if (!(reason instanceof RuleBroken)) return new Falsified(reason, trace, [])
  const started = performance.now()
  const deadline = started + minimisingMilliseconds
  const again = async (candidate: readonly Command[]): Promise<Finding | undefined> => {
    const other = await replay(context, candidate)
    return other?.reason instanceof RuleBroken && other.reason.rule === reason.rule ? other : undefined
  }
  const minimal = await minimise(
    commands,
    async (candidate) => (await again(candidate))?.commands,
    () => performance.now() > deadline,
  )
  const shrunk = { from: commands.length, milliseconds: Math.round(performance.now() - started) }
  let times = 0
  let last = finding
  for (let turn = 0; turn < repeats; turn++) {
    const repeated = await again(minimal)
    if (repeated === undefined) continue
    times++
    last = repeated
  }
  return new Falsified(last.reason, last.trace, [], { commands: last.commands, repeats, failed: times, shrunk })
}
