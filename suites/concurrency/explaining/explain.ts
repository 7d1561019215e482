import { quote } from "../../execution/rendering.ts"
import type { RecordedCall } from "../../execution/trace.ts"
import { type Judgement, stateBefore } from "../judging/judge.ts"
import { describeResult } from "../judging/steps.ts"
import type { Recorded } from "../recording/history.ts"
import type { Workload } from "../workload/workload.ts"
import { OutOfOrder } from "./out-of-order.ts"
import { reduce } from "./reduce.ts"
import type { Shown } from "./smallest-workload.ts"
import { describeAction, type Timeline, timelineOfDisorder, timelineOfFinding } from "./timeline.ts"

/** What a judgement that is not well comes to: the error, and the calls that show it. */
export interface Explained extends Shown {
  readonly reason: OutOfOrder
}

type Broken = Extract<Judgement, { readonly kind: "finding" | "disorder" }>

export function explain(workload: Workload, history: readonly Recorded[], judgement: Broken, unit: Timeline["unit"]): Explained {
  const before = stateBefore(workload)
  if (judgement.kind === "finding") {
    const { of, expected, actual } = judgement.finding
    const timeline = { ...timelineOfFinding(before, history, judgement.finding), unit }
    const reason = new OutOfOrder(`${describeAction(of.action)} of client ${of.client + 1} to give ${expected}`, actual, timeline)
    return { reason, shown: shownIn(timeline, history) }
  }
  const disorder = reduce(judgement.disorder)
  const timeline = { ...timelineOfDisorder(before, disorder, judgement.disorder.operations), unit }
  const shown = [...new Set(disorder.operations.map(({ input }) => input.of))].sort((a, b) => a.called - b.called)
  const { stuck } = disorder
  const actual = stuck === undefined ? "there is none" : `none in which ${sentenceOf(stuck.input.of)}`
  return {
    reason: new OutOfOrder(
      "an order of the calls, each at some moment while it ran, that explains what they gave",
      actual,
      timeline,
    ),
    shown,
  }
}

function sentenceOf({ client, action, result }: Recorded): string {
  return `${describeAction(action)} of client ${client + 1} gives ${quote(describeResult(result)).slice(1, -1)}`
}

function shownIn(timeline: Timeline, history: readonly Recorded[]): readonly Recorded[] {
  const sorted = history.toSorted((a, b) => a.called - b.called)
  return sorted.filter(({ client, action }) =>
    timeline.calls.some((call) => call.client === client + 1 && call.text === describeAction(action)),
  )
}

/** The calls as a rule's failure lists them, one client an instance. */
export function callsOf({ calls }: Timeline): readonly RecordedCall[] {
  return calls.map(({ client, text, outcome }) => {
    const [method = "", ...words] = text.split(" ")
    return { instance: client, method, arguments: words.length === 0 ? [] : [words.join(" ")], outcome }
  })
}
