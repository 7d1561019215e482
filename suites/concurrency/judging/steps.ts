import type { Content } from "../../../fixtures/content.ts"
import { describeCount } from "../../../fixtures/content-diagnosis.ts"
import type { Outcome } from "../../specification/calls.ts"
import { isBelow, parentsOf } from "../../specification/paths.ts"
import type { Recorded, Result } from "../recording/history.ts"
import { filesOf, type Workload } from "../workload/workload.ts"
import { bytesOutcome, type Step, type StepOperation } from "./file-model.ts"

/** A call that broke a promise by itself, whatever the others did. */
export interface Finding {
  readonly of: Recorded
  readonly expected: string
  readonly actual: string
}

export interface Steps {
  readonly operations: readonly StepOperation[]
  readonly findings: readonly Finding[]
}

/** What the calls of a history did to each file and saw of it, and what is wrong with single ones. */
export function stepsOf(workload: Workload, history: readonly Recorded[], atomicMoves: boolean): Steps {
  const maker = new StepMaker(workload, history, atomicMoves)
  const made = history.flatMap((recorded) => maker.of(recorded))
  return {
    operations: made.flatMap((one) => ("input" in one ? [one] : [])),
    findings: made.flatMap((one) => ("expected" in one ? [one] : [])),
  }
}

type Made = readonly (StepOperation | Finding)[]

class StepMaker {
  readonly #files: readonly string[]
  readonly #history: readonly Recorded[]
  /** Files that were there before, and the folders above them. */
  readonly #entriesBefore: ReadonlySet<string>
  readonly #atomicMoves: boolean
  #moves = 0

  constructor(workload: Workload, history: readonly Recorded[], atomicMoves: boolean) {
    this.#files = filesOf(workload)
    this.#history = history
    this.#entriesBefore = new Set(workload.files.flatMap(({ path }) => [path, ...parentsOf(path)]))
    this.#atomicMoves = atomicMoves
  }

  of(recorded: Recorded): Made {
    const { action, result } = recorded
    switch (action.method) {
      case "getContent":
      case "read":
        return this.#read(recorded, action.path, result)
      case "stat":
        return this.#stat(recorded, action.path, result)
      case "list":
        return this.#listed(recorded, action.path, result)
      case "walk":
        return this.#walked(recorded, action.path, result)
      case "putContent":
        return this.#stored(recorded, action, result)
      case "upload":
        return this.#stored({ ...recorded, called: recorded.committing ?? recorded.called }, action, result)
      case "move":
        return this.#moved(recorded, action.source, action.destination, result)
      case "delete":
        return this.#deleted(recorded, action.path, result)
    }
  }

  #read(of: Recorded, path: string, result: Result): Made {
    const look = (outcome: Outcome): Made => [operation(of, { kind: "call", of, call: { method: "getContent", path }, outcome })]
    if (result.kind === "foreign") return [finding(of, "one of the contents that were written, whole", result)]
    if (result.kind === "content") return look(bytesOutcome(result.content))
    if (isMissing(result, path)) return look({ kind: "rejected", code: "PathNotFound", path })
    return [finding(of, "a content, or PathNotFoundError for the path", result)]
  }

  #stat(of: Recorded, path: string, result: Result): Made {
    const outcome = outcomeOfStat(path, result)
    if (outcome === undefined) return [finding(of, "what is there, or PathNotFoundError for the path", result)]
    if (this.#files.includes(path)) return [operation(of, { kind: "call", of, call: { method: "stat", path }, outcome })]
    return outcome.kind === "rejected" ? this.#allAbsent(of, path) : []
  }

  /** What is in the listing was there at some moment of the call, and what is not was not. */
  #listed(of: Recorded, folder: string, result: Result): Made {
    if (isMissing(result, folder)) return this.#allAbsent(of, folder)
    if (result.kind !== "paths") return [finding(of, "entries, or PathNotFoundError for the path", result)]
    const { paths } = result
    const listed = new Set(paths)
    const files = this.#below(folder).flatMap((file): Made => {
      const child = file.slice(0, `${file}/`.indexOf("/", folder.length + 1))
      const isIn = listed.has(child)
      if (child === file) return [observation(of, isIn, file)]
      return isIn ? [] : [observation(of, false, file)]
    })
    return [...this.#entries(of, paths), ...files]
  }

  #walked(of: Recorded, folder: string, result: Result): Made {
    if (isMissing(result, folder)) return this.#allAbsent(of, folder)
    if (result.kind !== "visited") return [finding(of, "entries, or PathNotFoundError for the path", result)]
    const paths = result.entries.map(({ path }) => path)
    const files = new Set(result.entries.filter(({ isDirectory }) => !isDirectory).map(({ path }) => path))
    return [...this.#entries(of, paths), ...this.#below(folder).map((file) => observation(of, files.has(file), file))]
  }

  /** Something is wrong with an entry that is given twice, or that nobody has begun to make yet. */
  #entries(of: Recorded, paths: readonly string[]): Made {
    const seen = new Set<string>()
    return paths.flatMap((path): Made => {
      const isRepeated = seen.has(path)
      seen.add(path)
      if (isRepeated) return [{ of, expected: "each entry once", actual: `${path} twice` }]
      return this.#mayBe(of, path) ? [] : [{ of, expected: "only what was written", actual: `an entry ${path}` }]
    })
  }

  #mayBe({ returned }: Recorded, entry: string): boolean {
    if (this.#entriesBefore.has(entry)) return true
    const isHere = (path: string): boolean => path === entry || isBelow(path, entry)
    return this.#history.some(({ action, called }) => {
      if (called > returned) return false
      if (action.method === "move") return isHere(action.destination)
      return (action.method === "putContent" || action.method === "upload") && isHere(action.path)
    })
  }

  #stored(of: Recorded, { path, content }: { readonly path: string; readonly content: Content }, result: Result): Made {
    const input: Step = { kind: "call", of, call: { method: "putContent", path, content }, outcome: { kind: "done" } }
    if (result.kind === "done") return [operation(of, input)]
    return [open(of, input), finding(of, "success", result)]
  }

  /** That the source was missing is told by the error's type: which path it names is another rule's subject. */
  #moved(of: Recorded, source: string, destination: string, result: Result): Made {
    if (result.kind === "rejected" && result.code === "PathNotFound") return [observation(of, false, source)]
    const move = this.#moves++
    const made = result.kind === "done" ? operation : open
    const refused = result.kind === "done" ? [] : [finding(of, "success, or PathNotFoundError", result)]
    if (this.#atomicMoves) {
      const call = { method: "move", source, destination } as const
      return [...refused, made(of, { kind: "call", of, call, outcome: { kind: "done" } })]
    }
    const taken = made(of, { kind: "taken", of, source, move })
    const arrived = { ...made(of, { kind: "arrived", of, source, destination, move }), after: taken }
    return [...refused, taken, arrived, { ...made(of, { kind: "left", of, source, move }), after: arrived }]
  }

  /** A file was there, and later it is gone. A folder's files go each at some moment. */
  #deleted(of: Recorded, path: string, result: Result): Made {
    if (isMissing(result, path)) return this.#allAbsent(of, path)
    if (result.kind !== "done") {
      const removed = this.#filesAt(path).map((file) => open(of, { kind: "removed", of, path: file }))
      return [finding(of, "success, or PathNotFoundError for the path", result), ...removed]
    }
    if (!this.#files.includes(path)) return this.#below(path).map((file) => operation(of, { kind: "removed", of, path: file }))
    const seen = observation(of, true, path)
    return [seen, { ...operation(of, { kind: "removed", of, path }), after: seen }]
  }

  #allAbsent(of: Recorded, path: string): Made {
    return this.#filesAt(path).map((file) => observation(of, false, file))
  }

  #filesAt(path: string): readonly string[] {
    return this.#files.filter((file) => file === path || isBelow(file, path))
  }

  #below(folder: string): readonly string[] {
    return this.#files.filter((file) => isBelow(file, folder))
  }
}

function operation(of: Recorded, input: Step): StepOperation {
  return { client: of.client, input, called: of.called, returned: of.returned, output: true }
}

/** Of which nobody knows whether it took effect. */
function open(of: Recorded, input: Step): StepOperation {
  return { client: of.client, input, called: of.called }
}

function observation(of: Recorded, isThere: boolean, path: string): StepOperation {
  return operation(of, { kind: isThere ? "present" : "absent", of, path })
}

function finding(of: Recorded, expected: string, result: Result): Finding {
  return { of, expected, actual: describeResult(result) }
}

function isMissing(result: Result, path: string): boolean {
  return result.kind === "rejected" && result.code === "PathNotFound" && result.path === path
}

function outcomeOfStat(path: string, result: Result): Outcome | undefined {
  if (isMissing(result, path)) return { kind: "rejected", code: "PathNotFound", path }
  if (result.kind !== "info") return undefined
  const { isDirectory, size } = result
  return { kind: "info", info: { path: result.path, isDirectory, size } }
}

/** What came of a call, in a few words. */
export function describeResult(result: Result): string {
  switch (result.kind) {
    case "done":
      return "ok"
    case "content":
      return `#${result.content.object}, ${describeCount(result.content.length)}`
    case "foreign":
      return describeStretches(result)
    case "info":
      return result.isDirectory ? "a directory" : describeCount(result.size)
    case "paths":
      return result.paths.length === 0 ? "no entries" : result.paths.join(" ")
    case "visited":
      return result.entries.length === 0 ? "no entries" : result.entries.map(({ path }) => path).join(" ")
    case "rejected": {
      const where = result.path === undefined ? "" : ` for ${result.path}`
      return result.code === undefined || result.code === "Driver" ? result.message : `${result.code}Error${where}`
    }
  }
}

function describeStretches({ stretches, length }: Extract<Result, { readonly kind: "foreign" }>): string {
  const known = stretches.reduce((sum, stretch) => sum + stretch.length, 0)
  const told = stretches.slice(0, 4).map(({ object, offset, length: bytes }) => {
    return `${describeCount(bytes)} of #${object}${offset === 0 ? "" : ` from ${offset} on`}`
  })
  const rest = known < length ? [`${describeCount(length - known)} of nothing that was written`] : []
  return length === 0 ? "no bytes" : [...told, ...(stretches.length > 4 ? ["…"] : []), ...rest].join(", then ")
}
