import { emptyState, type State } from "../../specification/state.ts"
import { checkLinearizability, type Model, type Placed } from "../linearizability.ts"
import type { Recorded } from "../recording/history.ts"
import type { Workload } from "../workload/workload.ts"
import { type FilesState, fileModel, type Step, type StepOperation } from "./file-model.ts"
import { type Finding, stepsOf } from "./steps.ts"

export interface JudgeOptions {
  /** Whether a move happens at one moment; else it is a copy and then a delete. */
  readonly atomicMoves: boolean
  /** Whether a move may take along what was written at its source after the copy. */
  readonly movesMayLose: boolean
  /** Calls that may come to what they came to, though no order of the calls explains it: it says nothing then. */
  readonly leavesOpen?: (recorded: Recorded) => boolean
}

/** Steps for which there is no order, and how far they come. */
export interface Disorder {
  readonly model: Model<FilesState, Step, true>
  readonly operations: readonly StepOperation[]
  readonly order: readonly Placed<FilesState, Step, true>[]
  readonly stuck: StepOperation | undefined
}

export type Judgement =
  | { readonly kind: "kept" }
  /** A call broke a promise by itself. */
  | { readonly kind: "finding"; readonly finding: Finding }
  | { readonly kind: "disorder"; readonly disorder: Disorder }
  /** The search for an order took too long. */
  | { readonly kind: "unknown"; readonly limit: "time" | "memory" }

const searchMilliseconds = 5_000

/** Holds a history against the contract. */
export function judge(workload: Workload, history: readonly Recorded[], options: JudgeOptions): Judgement {
  const { operations, findings } = stepsOf(workload, history, options.atomicMoves)
  const finding = findings.find(({ of }) => options.leavesOpen?.(of) !== true)
  if (finding !== undefined) return { kind: "finding", finding }
  const model = fileModel({ initial: stateBefore(workload), movesMayLose: options.movesMayLose })
  const result = checkLinearizability(model, operations, { time: searchMilliseconds })
  if (result.verdict === "ok") return { kind: "kept" }
  if (result.verdict === "unknown") return { kind: "unknown", limit: result.limit }
  const { order, stuck } = result
  return { kind: "disorder", disorder: { model, operations: result.operations, order, stuck } }
}

/** What is stored before the clients begin. */
export function stateBefore({ files }: Workload): State {
  return { ...emptyState, files: new Map(files.map(({ path, content }) => [path, { content, origin: "put" }])) }
}
