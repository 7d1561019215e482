import { asyncProperty, check } from "fast-check"
import { CallHung, RuleBroken } from "../execution/failures.ts"
import { Falsified } from "../execution/for-all.ts"
import type { RuleContext } from "../execution/rule-context.ts"
import type { Check } from "../rule.ts"
import type { Command } from "./commands.ts"
import { Execution } from "./execute.ts"
import { grow, inspection, type Mix, type Seeds, seeds } from "./generate.ts"
import { minimise } from "./minimise.ts"

/** Calls of a sequence at most, the inspection in the end not counted. */
const maximumLength = 30

/** Sequences of a run: where no backend has to be asked they cost next to nothing. */
const runs = { inMemory: 120, overABackend: 25 } as const

const minimisingMilliseconds = 15_000
const repeats = 5

/** A check by random sequences of calls, each outcome held against the specification; the smallest that fails is reported. */
export function explore(mix: Mix): Check {
  return async (context) => {
    const { capabilities } = context.surroundings
    const failed: { commands?: readonly Command[]; reason?: unknown } = {}
    const property = asyncProperty(seeds(mix, capabilities, maximumLength), async (grown) => {
      const commands: Command[] = []
      try {
        await context.case((given) => growSequence(grown, new Execution(given), commands))
      } catch (reason) {
        failed.commands = commands
        failed.reason = reason
        throw reason
      }
    })
    const numRuns = capabilities.scope === "process" ? runs.inMemory : runs.overABackend
    await check(property, { seed: context.seed, numRuns, endOnFailure: true, verbose: 0 })
    if (failed.commands !== undefined) throw await smallest(context, failed.commands, failed.reason)
  }
}

async function growSequence({ names, seedlings }: Seeds, execution: Execution, commands: Command[]): Promise<void> {
  const run = async (command: Command | undefined): Promise<void> => {
    if (command === undefined || !execution.allows(command)) return
    commands.push(command)
    await execution.run(command)
  }
  for (const seedling of seedlings) {
    await run(grow(seedling, names, execution.state, (command) => execution.allows(command)))
  }
  for (const command of inspection(execution.state)) await run(command)
}

async function smallest(context: RuleContext, commands: readonly Command[], reason: unknown): Promise<Falsified> {
  if (!(reason instanceof RuleBroken)) return new Falsified(reason, context.trace.snapshot(), [])
  const deadline = performance.now() + minimisingMilliseconds
  const minimal = await minimise(
    commands,
    async (candidate) => (await replay(context, candidate, reason))?.commands,
    () => performance.now() > deadline,
  )
  let times = 0
  let last: Replayed | undefined
  for (let turn = 0; turn < repeats; turn++) {
    const replayed = await replay(context, minimal, reason)
    if (replayed === undefined) continue
    times++
    last = replayed
  }
  const often = times === repeats ? "every time" : `${times} of ${repeats} times`
  return new Falsified(last?.reason ?? reason, last?.trace ?? context.trace.snapshot(), [`fails ${often}`])
}

interface Replayed {
  /** Up to the one that failed, without those that the contract leaves undefined. */
  readonly commands: readonly Command[]
  readonly reason: RuleBroken
  readonly trace: ReturnType<RuleContext["trace"]["snapshot"]>
}

/** Runs the commands; gives the part that failed where one failed by the same rule as before. */
async function replay(context: RuleContext, commands: readonly Command[], before: RuleBroken): Promise<Replayed | undefined> {
  const made: Command[] = []
  try {
    await context.case(async (given) => {
      const execution = new Execution(given)
      for (const command of commands) {
        if (!execution.allows(command)) continue
        made.push(command)
        await execution.run(command)
      }
    })
    return undefined
  } catch (reason) {
    if (reason instanceof CallHung || !(reason instanceof RuleBroken) || reason.rule !== before.rule) return undefined
    return { commands: made, reason, trace: context.trace.snapshot() }
  }
}
