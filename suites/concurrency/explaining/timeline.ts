import { describeContent } from "../../../fixtures/content-diagnosis.ts"
import type { State } from "../../specification/state.ts"
import { type FilesState, filesOfStep, type Step, type StepOperation } from "../judging/file-model.ts"
import type { Disorder } from "../judging/judge.ts"
import { describeResult, type Finding } from "../judging/steps.ts"
import type { Recorded } from "../recording/history.ts"
import { type Action, changes } from "../workload/workload.ts"

/** Calls of several clients side by side, as reports show them. Text and numbers only. */
export interface Timeline {
  /** Of its times: milliseconds, or steps where the order of all that happens was decided. */
  readonly unit: "ms" | "steps"
  /** What was there before. */
  readonly before: string
  /** In the order in which they were called. */
  readonly calls: readonly TimelineCall[]
  /** How far the calls can be put into an order that the contract allows. */
  readonly order: readonly TimelineStep[]
  /** Index of the call that cannot be placed there, or that broke a promise by itself. */
  readonly stuck: number | undefined
}

export interface TimelineCall {
  /** From 1 on. */
  readonly client: number
  readonly text: string
  readonly outcome: string
  /** In the unit, since the first call. */
  readonly from: number
  readonly to: number
  /** Whether there is an order without it: it only changed something at the same paths. */
  readonly beside: boolean
}

interface TimelineStep {
  /** Index of the call. */
  readonly call: number
  /** What the call did at this moment, where it is only a part of it. */
  readonly part: string | undefined
  /** What is there after it. */
  readonly state: string
}

/** @param all the steps of the disorder before it was reduced: what else changed something is shown beside the calls that it takes */
export function timelineOfDisorder(
  before: State,
  { operations, order, stuck }: Disorder,
  all: readonly StepOperation[],
): Omit<Timeline, "unit"> {
  const needed = operations.map(({ input }) => input.of)
  const end = stuck?.returned ?? Number.POSITIVE_INFINITY
  const changing = all.map(({ input }) => input.of).filter(({ action, called }) => changes(action) && called < end)
  const calls = inOrder([...needed, ...changing])
  const steps = order.flatMap(({ operation, state }) => {
    const call = calls.indexOf(operation.input.of)
    return call === -1
      ? []
      : [
          {
            call,
            part: partOf(operation.input),
            state: describeState(
              state.stored,
              operations.map(({ input }) => input),
            ),
          },
        ]
  })
  return {
    before: describeState(
      before,
      operations.map(({ input }) => input),
    ),
    calls: render(calls, new Set(needed)),
    order: steps,
    stuck: stuck === undefined ? undefined : calls.indexOf(stuck.input.of),
  }
}

/** The calls that overlapped with the one that broke a promise by itself, and it. */
export function timelineOfFinding(before: State, history: readonly Recorded[], { of }: Finding): Omit<Timeline, "unit"> {
  const calls = inOrder([
    of,
    ...history.filter((other) => other !== of && other.called < of.returned && other.returned > of.called),
  ])
  return { before: describeState(before, []), calls: render(calls, new Set(calls)), order: [], stuck: calls.indexOf(of) }
}

function inOrder(calls: readonly Recorded[]): readonly Recorded[] {
  return [...new Set(calls)].sort((a, b) => a.called - b.called)
}

function render(calls: readonly Recorded[], needed: ReadonlySet<Recorded>): readonly TimelineCall[] {
  const begin = calls[0]?.called ?? 0
  const round = (time: number): number => Math.round((time - begin) * 1_000) / 1_000
  return calls.map((call) => ({
    client: call.client + 1,
    text: describeAction(call.action),
    outcome: describeResult(call.result),
    from: round(call.called),
    to: round(call.returned),
    beside: !needed.has(call),
  }))
}

export function describeAction(action: Action): string {
  switch (action.method) {
    case "putContent":
      return `putContent ${action.path} ${describeContent(action.content)}`
    case "upload":
      return `${action.resumed === undefined ? "upload" : "resumed upload"} ${action.path} ${describeContent(action.content)}`
    case "move":
      return `move ${action.source} ${action.destination}`
    default:
      return `${action.method} ${action.path}`
  }
}

function partOf(step: Step): string | undefined {
  switch (step.kind) {
    case "present":
      return step.of.action.method === "delete" ? `${step.path} is there` : `${step.path} is seen`
    case "absent":
      return `${step.path} is not there`
    case "removed":
      return `${step.path} is removed`
    case "taken":
      return `${step.source} is read`
    case "arrived":
      return `it is copied to ${step.destination}`
    case "left":
      return `${step.source} is removed`
    default:
      return undefined
  }
}

/** What is at the paths that the steps are about. */
function describeState({ files }: Pick<FilesState["stored"], "files">, steps: readonly Step[]): string {
  const about = new Set(steps.flatMap((step) => filesOfStep(step)))
  const there = [...files].filter(([path]) => about.size === 0 || about.has(path)).sort(([a], [b]) => (a < b ? -1 : 1))
  if (there.length === 0) return "nothing"
  const shown = there.slice(0, 6).map(([path, { content }]) => `${path} = #${content.object}`)
  return `${shown.join(", ")}${there.length > shown.length ? `, and ${there.length - shown.length} more` : ""}`
}
