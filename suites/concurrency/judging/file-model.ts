import { type Content, contentOf } from "../../../fixtures/content.ts"
import type { Call, Outcome } from "../../specification/calls.ts"
import { type FileState, keyOf, type State, withFile, withoutFiles } from "../../specification/state.ts"
import { step } from "../../specification/step.ts"
import type { Model, Operation } from "../linearizability.ts"
import type { Recorded } from "../recording/history.ts"

/**
 * What a call does to a file or sees of it, at one moment. A call on one file is one step, judged by the specification as it stands;
 * what the contract takes for several moments is taken apart.
 */
export type Step = { readonly of: Recorded } & (
  | { readonly kind: "call"; readonly call: Call; readonly outcome: Outcome }
  | { readonly kind: "present" | "absent" | "removed"; readonly path: string }
  /** A move that is made of copy and delete reads a version of its source; `move` tells it from others. */
  | { readonly kind: "taken"; readonly source: string; readonly move: number }
  /** Later that version is at the destination: a service that copies reads before it writes. */
  | { readonly kind: "arrived"; readonly source: string; readonly destination: string; readonly move: number }
  /** In the end the source is deleted. */
  | { readonly kind: "left"; readonly source: string; readonly move: number }
)

/** Every step comes to what it says it does. */
export type StepOperation = Operation<Step, true>

export interface FilesState {
  readonly stored: State
  /** What moves under way have copied, by number. */
  readonly copied: ReadonlyMap<number, Content>
}

export interface FileModelOptions {
  readonly initial: State
  /** Whether a move may take along what was written at its source after the copy. */
  readonly movesMayLose: boolean
}

/** Files that are searched together: those that moves join. */
export function fileModel({ initial, movesMayLose }: FileModelOptions): Model<FilesState, Step, true> {
  return {
    // A part knows of its own files only, so that a thousand others cost it nothing.
    initial: (part) => [{ stored: onlyOf(initial, part), copied: new Map() }],
    observes: (input) => input.kind === "present" || input.kind === "absent" || (input.kind === "call" && isLook(input.call)),
    key: ({ stored, copied }) => `${keyOf(stored)}${[...copied].map(([move, content]) => `${move}:${content.object}`).join()}`,
    partition: byFiles,
    step: (state, input) => next(state, input, movesMayLose),
  }
}

function onlyOf(state: State, part: readonly StepOperation[]): State {
  const files = new Map<string, FileState>()
  for (const path of part.flatMap(({ input }) => filesOfStep(input))) {
    const file = state.files.get(path)
    if (file !== undefined) files.set(path, file)
  }
  return { ...state, files }
}

function isLook({ method }: Call): boolean {
  return method === "getContent" || method === "reader" || method === "stat"
}

function next(state: FilesState, input: Step, movesMayLose: boolean): readonly FilesState[] {
  const { stored, copied } = state
  switch (input.kind) {
    case "call":
      return step(stored, input.call, input.outcome).map((after) => ({ stored: after, copied }))
    case "present":
      return stored.files.has(input.path) ? [state] : []
    case "absent":
      return stored.files.has(input.path) ? [] : [state]
    case "removed":
      return [{ stored: without(stored, input.path, "delete"), copied }]
    case "taken": {
      const file = stored.files.get(input.source)
      return file === undefined ? [] : [{ stored, copied: new Map(copied).set(input.move, file.content) }]
    }
    case "arrived": {
      const content = copied.get(input.move)
      return content === undefined ? [] : [{ stored: withFile(stored, input.destination, { content, origin: "move" }), copied }]
    }
    case "left": {
      const version = copied.get(input.move)
      const rest = new Map(copied)
      rest.delete(input.move)
      const there = stored.files.get(input.source)?.content
      const gone = { stored: without(stored, input.source, "move"), copied: rest }
      if (there === undefined || (version !== undefined && isSame(there, version))) return [gone]
      const kept = { stored, copied: rest }
      return movesMayLose ? [kept, gone] : [kept]
    }
  }
}

function without(state: State, path: string, by: "delete" | "move"): State {
  return state.files.has(path) ? withoutFiles(state, [path], by) : state
}

function isSame(one: Content, other: Content): boolean {
  return one.object === other.object && one.version === other.version && one.length === other.length
}

/** The files that a step is about. */
export function filesOfStep(input: Step): readonly string[] {
  switch (input.kind) {
    case "call":
      return input.call.method === "move" ? [input.call.source, input.call.destination] : [input.call.path]
    case "arrived":
      return [input.source, input.destination]
    case "taken":
    case "left":
      return [input.source]
    default:
      return [input.path]
  }
}

/** Steps that have a file in common, by way of others too, are one part. */
function byFiles(operations: readonly StepOperation[]): readonly (readonly StepOperation[])[] {
  const leaders = new Map<string, string>()
  const leaderOf = (path: string): string => {
    const leader = leaders.get(path)
    return leader === undefined || leader === path ? path : leaderOf(leader)
  }
  for (const { input } of operations) {
    const [first = "", ...others] = filesOfStep(input)
    for (const other of others) leaders.set(leaderOf(other), leaderOf(first))
  }
  return [...Map.groupBy(operations, ({ input }) => leaderOf(filesOfStep(input)[0] ?? "")).values()]
}

/** A content that was read, as the specification takes it. */
export function bytesOutcome(content: Content): Outcome {
  return {
    kind: "bytes",
    bytes: {
      length: content.length,
      isPartOf: ({ object, version }, offset) =>
        offset === 0 && (content.length === 0 || isSame(content, contentOf(object, content.length, version))),
    },
  }
}
