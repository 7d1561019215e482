import { sample } from "fast-check"
import { SeenTooLittle } from "../execution/failures.ts"
import type { RuleContext } from "../execution/rule-context.ts"
import type { Check } from "../rule.ts"
import { inspection } from "./candidates.ts"
import { classesOf, type Scope } from "./classes.ts"
import type { Command } from "./commands.ts"
import { Coverage, type Explored } from "./coverage.ts"
import { explain, type Finding, replay, runSequence } from "./finding.ts"
import { labelsOfMix, type Mix, type Seeds, seeds } from "./generate.ts"
import { goalsOfEach } from "./goals.ts"
import { Grower } from "./grow.ts"

/** Commands of a sequence at most, the inspection in the end not counted. */
const maximumLength = 50

/** Sequences of each kind: where no backend has to be asked they cost next to nothing. */
const defaultRuns = { process: 240, shared: 34 } as const

/** Sequences that run side by side: over a network most of the time is spent waiting. */
const sideBySide = { process: 1, shared: 4 } as const

/** Number of the instance that did nothing before it looks at everything in the end. */
const freshInstance = 4

/**
 * A check by random sequences of calls, each outcome held against the specification; the smallest that fails is reported.
 *
 * A sequence is grown command by command from numbers that fast-check generates, on the state that the specification arrived at, rather
 * than generated whole and filtered as by `fc.commands`: nearly every command finds something to work on, what is to be tried between
 * all sequences can be aimed at, and what comes of it is plain data. That is made smaller by `minimise`, not by fast-check: dropping
 * one of the numbers would change all commands behind it, and `fc.commands` may keep commands that nobody needs.
 */
export function explore({ mix, chains, neighbours, sizes, aborted }: Omit<Scope, "labels"> & { readonly mix: Mix }): Check {
  const labels = labelsOfMix(mix)
  return async (context) => {
    const { capabilities, effort = {} } = context.surroundings
    const { scope } = capabilities
    for (const { commands } of effort.saved?.filter(({ rule }) => rule === context.ruleId) ?? []) {
      const again = await replay(context, commands)
      if (again !== undefined) throw await explain(context, again)
    }
    if (effort.replays === true) return
    const classes = classesOf({ labels, chains, neighbours, sizes, aborted }, capabilities)
    const coverage = new Coverage(classes)
    const goals = goalsOfEach(classes, defaultRuns[scope])
    const arbitrary = seeds(mix, maximumLength)
    const finding = await firstFinding(
      { ...limitsOf(effort, defaultRuns[scope]), sideBySide: sideBySide[scope] },
      async (index) => {
        const [grown] = sample(arbitrary, { seed: mixed(context.seed, index), numRuns: 1 })
        if (grown === undefined) throw new Error("fast-check gave no value")
        return runGrown(context, grown, new Grower(grown, mix, goals(index)), coverage)
      },
    )
    context.explored = coverage.explored
    if (finding !== undefined) throw await explain(context, finding)
    demandEnough(coverage.explored, defaultRuns[scope])
  }
}

interface Limits {
  /** Sequences at most. */
  readonly runs: number
  /** Time of the performance clock after which no further sequence begins. */
  readonly deadline: number
}

function limitsOf({ runs, milliseconds }: { readonly runs?: number; readonly milliseconds?: number }, usual: number): Limits {
  if (milliseconds === undefined) return { runs: runs ?? usual, deadline: Number.POSITIVE_INFINITY }
  return { runs: runs ?? Number.POSITIVE_INFINITY, deadline: performance.now() + milliseconds }
}

/** Runs sequences by their numbers, several side by side. What is found first is what has the lowest number, however many run at a time. */
async function firstFinding(
  { runs, deadline, sideBySide: width }: Limits & { readonly sideBySide: number },
  run: (index: number) => Promise<Finding | undefined>,
): Promise<Finding | undefined> {
  const findings = new Map<number, Finding>()
  let next = 0
  const broken = (): boolean => [...findings.values()].some(({ departs }) => !departs)
  const work = async (): Promise<void> => {
    while (next < runs && performance.now() < deadline && !broken()) {
      const index = next++
      const finding = await run(index)
      if (finding !== undefined) findings.set(index, finding)
    }
  }
  await Promise.all(Array.from({ length: width }, work))
  const inOrder = [...findings].sort(([one], [other]) => one - other).map(([, finding]) => finding)
  return inOrder.find(({ departs }) => !departs) ?? inOrder[0]
}

function runGrown(context: RuleContext, grown: Seeds, grower: Grower, coverage: Coverage): Promise<Finding | undefined> {
  return runSequence(context, async (execution, run) => {
    const commands: Command[] = []
    try {
      for (const seedling of grown.seedlings) {
        const command = grower.next(seedling, execution)
        if (command === undefined) continue
        commands.push(command)
        await run(command)
      }
      for (const command of grower.rest()) {
        if (!execution.defines(command)) continue
        commands.push(command)
        await run(command)
      }
    } finally {
      coverage.add(commands)
    }
    for (const command of inspection(grown, commands, freshInstance)) if (execution.defines(command)) await run(command)
  })
}

/** @throws SeenTooLittle */
function demandEnough({ sequences, coverage }: Explored, usual: number): void {
  if (sequences < usual)
    throw new SeenTooLittle(
      `${sequences} of at least ${usual} sequences were run, and none fails: allow more of them, or more time`,
    )
  const missed = coverage.flatMap(({ group, missed: classes }) => classes.map((each) => `${group}: ${each}`))
  if (missed.length > 0) throw new SeenTooLittle(`no sequence fails, but none tried ${missed.join("; ")}`)
}

/** A seed for each sequence of a run. */
function mixed(seed: number, index: number): number {
  return Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b) | 0
}
