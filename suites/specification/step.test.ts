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

test("a call that is undefined has no outcome to be judged by", () => {
  const committed = step(emptyState, put("/a", 1), done)
  expect(committed.flatMap((state) => possibilitiesOf(state, put("/a/b", 2)))).toEqual([])
  expect(step(emptyState, { method: "write", path: "/a", length: 1 }, { kind: "size", size: 1 })).toEqual([])
})
