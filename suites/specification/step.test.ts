import { array, assert, constantFrom, integer, property, record, tuple } from "fast-check"
import { describe, expect, test } from "vitest"
import type { Content } from "../../fixtures/content.ts"
import type { Call, Outcome, ReadBytes } from "./calls.ts"
import { emptyState, keyOf, type State } from "./state.ts"
import { isDefined, possibilitiesOf, step, stepAll } from "./step.ts"

function bytesOf(content: Content, offset = 0): Outcome {
  const bytes: ReadBytes = {
    length: Math.max(0, content.length - offset),
    isPartOf: (other, from) => other.object === content.object && other.version === content.version && from === offset,
  }
  return { kind: "bytes", bytes }
}

const content = (object: number, length: number): Content => ({ object, version: 0, length })
const put = (path: string, object: number, length = 10): Call => ({
  method: "putContent",
  path,
  content: content(object, length),
})
const done: Outcome = { kind: "done" }
const notFound = (path: string): Outcome => ({ kind: "rejected", code: "PathNotFound", path })

/** A storage in the plainest way there is, which shares no thought with the specification: files and uploads in two objects. */
class PlainStore {
  readonly #files: Record<string, Content> = {}
  readonly #uploads: Record<string, { content: Omit<Content, "length">; size: number }> = {}
  readonly #streams: Record<string, { content: Content; offset: number }> = {}

  perform(call: Call): Outcome {
    const paths = Object.keys(this.#files).sort()
    const path = "path" in call ? call.path : call.source
    if (!/^(\/[a-z./]*[a-z])$|^\/$/.test(path) || path.includes("//")) return { kind: "rejected", code: "InvalidPath", path }
    if (call.abort === "before") return { kind: "aborted" }
    const below = paths.filter((file) => file.startsWith(path === "/" ? "/" : `${path}/`))
    const file = this.#files[path]
    const upload = this.#uploads[path]
    switch (call.method) {
      case "putContent":
        this.#files[path] = call.content
        return done
      case "getContent":
      case "reader":
        return file === undefined ? notFound(path) : bytesOf(file, "offset" in call ? call.offset : 0)
      case "readStart":
        if (file === undefined) return notFound(path)
        this.#streams[path] = { content: file, offset: call.offset }
        return bytesOf(file, call.offset)
      case "readRest": {
        const stream = this.#streams[path]
        delete this.#streams[path]
        return stream === undefined ? done : bytesOf(stream.content, stream.offset)
      }
      case "leave":
        delete this.#streams[path]
        return done
      case "redirectURL":
        return { kind: "no-url" }
      case "stat":
        if (file !== undefined) return { kind: "info", info: { path, isDirectory: false, size: file.length } }
        return below.length === 0 ? notFound(path) : { kind: "info", info: { path, isDirectory: true, size: 0 } }
      case "list": {
        const depth = path === "/" ? 2 : path.split("/").length + 1
        const entries = new Set(below.map((entry) => entry.split("/").slice(0, depth).join("/")))
        return entries.size === 0 ? notFound(path) : { kind: "paths", paths: [...entries] }
      }
      case "walk": {
        const entries = new Set(
          below.flatMap((entry) => entry.split("/").map((_, index, all) => all.slice(0, index + 1).join("/"))),
        )
        const inside = [...entries].filter((entry) => entry.startsWith(path === "/" ? "/" : `${path}/`))
        if (inside.length === 0) return notFound(path)
        const ordered = inside.sort((a, b) => (a.replaceAll("/", "\u0000") < b.replaceAll("/", "\u0000") ? -1 : 1))
        return { kind: "visited", entries: ordered.map((entry) => ({ path: entry, isDirectory: !(entry in this.#files) })) }
      }
      case "move":
        if (file === undefined) return notFound(path)
        delete this.#files[path]
        this.#files[call.destination] = file
        return done
      case "delete":
        if (file === undefined && below.length === 0) return notFound(path)
        for (const each of [path, ...below]) delete this.#files[each]
        return done
      case "writer":
        if (!call.append || upload === undefined) this.#uploads[path] = { content: call.content, size: 0 }
        return { kind: "size", size: this.#uploads[path]?.size ?? 0 }
      case "write":
        if (upload !== undefined) upload.size += call.length
        return { kind: "size", size: upload?.size ?? 0 }
      case "close":
        return { kind: "size", size: upload?.size ?? 0 }
      case "commit":
        if (upload !== undefined) this.#files[path] = { ...upload.content, length: upload.size }
        delete this.#uploads[path]
        return { kind: "size", size: upload?.size ?? 0 }
      case "cancel":
        delete this.#uploads[path]
        return done
    }
  }
}

const path = constantFrom("/a", "/ab", "/a/b", "/a/c", "/a.b", "/a/b/c", "/b", "/a//b")
const method = constantFrom<Call["method"]>(
  "getContent",
  "reader",
  "readStart",
  "readRest",
  "leave",
  "redirectURL",
  "putContent",
  "stat",
  "list",
  "walk",
  "move",
  "delete",
  "writer",
  "write",
  "close",
  "commit",
  "cancel",
)
const abortable: ReadonlySet<Call["method"]> = new Set(["getContent", "stat", "list", "putContent", "move", "delete"])
const calls = array(
  record({ method, path, other: path, number: integer({ min: 0, max: 50 }) }).map(({ method, path, other, number }): Call => {
    const made = content(number, number)
    const abort = number % 7 === 0 && abortable.has(method) ? ({ abort: "before" } as const) : {}
    switch (method) {
      case "move":
        return { method, source: path, destination: other === "/a//b" ? "/b" : other, ...abort }
      case "putContent":
        return { method, path, content: made, ...abort }
      case "writer":
        return { method, path, append: number % 2 === 0, content: made }
      case "write":
        return { method, path, length: number }
      case "reader":
        return { method, path, offset: number % 3 }
      case "readStart":
        return { method, path, offset: number % 3, length: 1 }
      default:
        return { method, path, ...abort }
    }
  }),
  { minLength: 30, maxLength: 80, size: "max" },
)

describe("what a plain store does", () => {
  test("is never taken for a breach, and few states are possible at a time", () => {
    let judged = 0
    assert(
      property(calls, (sequence) => {
        const store = new PlainStore()
        let states: readonly State[] = [emptyState]
        for (const call of sequence) {
          if (!isDefined(states, call)) continue
          const outcome = store.perform(call)
          const stepped = stepAll(states, call, outcome)
          expect(stepped.breach, `${JSON.stringify(call)} gave ${JSON.stringify(outcome)}`).toBeUndefined()
          states = stepped.states
          expect(states.length).toBeLessThanOrEqual(4)
          judged++
        }
      }),
      { seed: 1, numRuns: 200 },
    )
    expect(judged).toBeGreaterThan(2_000)
  })

  test("some outcome is possible for each call that is defined", () => {
    assert(
      property(calls, (sequence) => {
        let state = emptyState
        for (const call of sequence) {
          if (!isDefined([state], call)) continue
          const [first] = possibilitiesOf(state, call)
          expect(first, JSON.stringify(call)).toBeDefined()
          state = first?.next ?? state
        }
      }),
      { seed: 1 },
    )
  })

  test("calls on unrelated files commute", () => {
    const unrelated = tuple(constantFrom("/x/a", "/x/b"), constantFrom("/y", "/z/a"))
    assert(
      property(unrelated, ([one, other]) => {
        const statesAfter = (...sequence: Call[]) =>
          sequence.reduce<readonly State[]>((states, call) => stepAll(states, call, done).states, [emptyState]).map(keyOf)
        expect(statesAfter(put(one, 1), put(other, 2))).toEqual(statesAfter(put(other, 2), put(one, 1)))
        const remove: Call = { method: "delete", path: one }
        expect(statesAfter(put(one, 1), remove, put(other, 2))).toEqual(statesAfter(put(one, 1), put(other, 2), remove))
      }),
    )
  })
})

type History = readonly (readonly [Call, Outcome])[]

const size = (bytes: number): Outcome => ({ kind: "size", size: bytes })
const open = (path: string, append = false): Call => ({ method: "writer", path, append, content: { object: 9, version: 0 } })
const get = (path: string): Call => ({ method: "getContent", path })
const upload: History = [
  [open("/a"), size(0)],
  [{ method: "write", path: "/a", length: 5 }, size(5)],
]

describe("histories that are kept", () => {
  test.each<[string, History]>([
    [
      "an empty folder remains",
      [
        [put("/a/b", 1), done],
        [{ method: "delete", path: "/a/b" }, done],
        [
          { method: "list", path: "/a" },
          { kind: "paths", paths: [] },
        ],
      ],
    ],
    [
      "an empty folder vanishes",
      [
        [put("/a/b", 1), done],
        [{ method: "delete", path: "/a/b" }, done],
        [{ method: "list", path: "/a" }, notFound("/a")],
      ],
    ],
    ["an upload shows what was accepted", [...upload, [get("/a"), bytesOf(content(9, 5))]]],
    ["an upload shows nothing", [...upload, [get("/a"), notFound("/a")]]],
    [
      "a cancelled upload leaves the older file",
      [[put("/a", 1), done], ...upload, [{ method: "cancel", path: "/a" }, done], [get("/a"), bytesOf(content(1, 10))]],
    ],
    [
      "a cancelled upload has cost the older file",
      [[put("/a", 1), done], ...upload, [{ method: "cancel", path: "/a" }, done], [get("/a"), notFound("/a")]],
    ],
    [
      "a lost write happened",
      [
        [put("/a", 1), done],
        [put("/a", 2), { kind: "lost" }],
        [get("/a"), bytesOf(content(2, 10))],
      ],
    ],
    [
      "a lost write did not happen",
      [
        [put("/a", 1), done],
        [put("/a", 2), { kind: "lost" }],
        [get("/a"), bytesOf(content(1, 10))],
      ],
    ],
  ])("%s", (_name, history) => {
    expect(breachIn(history)).toBeUndefined()
  })
})

describe("histories that are broken, and the rule that names it", () => {
  test.each<[string, string, History]>([
    [
      "content/overwrite-replaces",
      "the older content comes back",
      [
        [put("/a", 1), done],
        [put("/a", 2), done],
        [get("/a"), bytesOf(content(1, 10))],
      ],
    ],
    [
      "move/removes-the-source",
      "the source remains",
      [
        [put("/a", 1), done],
        [{ method: "move", source: "/a", destination: "/b" }, done],
        [get("/a"), bytesOf(content(1, 10))],
      ],
    ],
    [
      "move/content-arrives",
      "the destination keeps its own",
      [
        [put("/a", 1), done],
        [put("/b", 2), done],
        [{ method: "move", source: "/a", destination: "/b" }, done],
        [get("/b"), bytesOf(content(2, 10))],
      ],
    ],
    [
      "delete/file",
      "the file is still there",
      [
        [put("/a", 1), done],
        [{ method: "delete", path: "/a" }, done],
        [get("/a"), bytesOf(content(1, 10))],
      ],
    ],
    [
      "list/direct-children",
      "a child is missing",
      [
        [put("/a/b", 1), done],
        [put("/a/c", 1), done],
        [
          { method: "list", path: "/a" },
          { kind: "paths", paths: ["/a/b"] },
        ],
      ],
    ],
    [
      "list/direct-children",
      "a child comes twice",
      [
        [put("/a/b", 1), done],
        [
          { method: "list", path: "/a" },
          { kind: "paths", paths: ["/a/b", "/a/b"] },
        ],
      ],
    ],
    [
      "writer/append-resumes",
      "a resumed upload begins anew",
      [...upload, [{ method: "close", path: "/a" }, size(5)], [open("/a", true), size(0)]],
    ],
    [
      "writer/commit-publishes",
      "a commit publishes a part",
      [...upload, [{ method: "commit", path: "/a" }, size(5)], [get("/a"), bytesOf(content(9, 3))]],
    ],
    ["writer/commit-publishes", "an upload shows more than was accepted", [...upload, [get("/a"), bytesOf(content(9, 6))]]],
    [
      "content/overwrite-replaces",
      "a lost write happened in part",
      [
        [put("/a", 1), done],
        [put("/a", 2), { kind: "lost" }],
        [get("/a"), bytesOf(content(2, 9))],
      ],
    ],
  ])("%s: %s", (rule, _name, history) => {
    expect(breachIn(history)).toBe(rule)
  })
})

/** The rule that the last call of a history breaks. Those before it are kept. */
function breachIn(history: History): string | undefined {
  let states: readonly State[] = [emptyState]
  for (const [index, [call, outcome]] of history.entries()) {
    const stepped = stepAll(states, call, outcome)
    if (stepped.breach !== undefined && index === history.length - 1) return stepped.breach.rule
    expect(stepped.breach, `call ${index + 1}`).toBeUndefined()
    states = stepped.states
  }
  return undefined
}

test("what is undefined leaves nothing known of its path, and all else as it was", () => {
  let states = [put("/a", 1), put("/b", 2)].reduce<readonly State[]>((all, call) => stepAll(all, call, done).states, [emptyState])
  states = stepAll(states, open("/a", true), { kind: "rejected", code: "Driver", path: "/a" }).states
  for (const outcome of [notFound("/a"), bytesOf(content(1, 10)), bytesOf(content(9, 3))])
    expect(stepAll(states, get("/a"), outcome).breach).toBeUndefined()
  expect(stepAll(states, get("/b"), bytesOf(content(2, 10))).breach).toBeUndefined()
  expect(stepAll(states, get("/b"), notFound("/b")).breach?.rule).toBe("content/round-trip")
})

test("a SHOULD that is not kept is told, and the call goes on", () => {
  const states = stepAll([emptyState], put("/a/b", 1), done).states
  const entries = [
    { path: "/a/b", isDirectory: false },
    { path: "/a", isDirectory: true },
  ]
  const { departure, ...judged } = stepAll(states, { method: "walk", path: "/" }, { kind: "visited", entries })
  expect(departure?.rule).toBe("walk/folder-before-its-contents")
  expect(judged.states).toEqual(states)
})

test("a call that is undefined has no outcome to be judged by", () => {
  const committed = step(emptyState, put("/a", 1), done)
  expect(committed.flatMap((state) => possibilitiesOf(state, put("/a/b", 2)))).toEqual([])
  expect(step(emptyState, { method: "write", path: "/a", length: 1 }, size(1))).toEqual([])
})
