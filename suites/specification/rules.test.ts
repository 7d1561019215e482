import { readdir, readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { loadAllRules } from "../catalogue.ts"
import type { Call } from "./calls.ts"
import { emptyState, type State, withDoubt, withFile, withStream, withUpload } from "./state.ts"
import { possibilitiesOf } from "./step.ts"

const rules = await loadAllRules()
const content = { object: 1, version: 0, length: 4 } as const
const file = { content, origin: "put" } as const

/** States of every kind of thing that may be at "/a". */
const states: readonly State[] = [
  emptyState,
  { ...emptyState, declared: { redirectURL: true } },
  withFile(emptyState, "/a", file),
  withFile({ ...emptyState, declared: { redirectURL: true } }, "/a", file),
  withFile(emptyState, "/a", { content: { ...content, length: 0 }, origin: "overwrite" }),
  withFile(emptyState, "/a/b", file),
  withFile(withFile(emptyState, "/b", file), "/a", file),
  withUpload(emptyState, "/a", { content, accepted: 4, open: true }),
  withUpload(withFile(emptyState, "/a", file), "/a", { content, accepted: 4, open: false }),
  ...(["nothing", "overwrite", "removal", "anything"] as const).map((since) =>
    withStream(withFile(emptyState, "/a", file), "/a", { offset: 0, seen: [content], since }),
  ),
  withDoubt(withFile(emptyState, "/a", file), ["/a"], "move/onto-itself-loses-nothing"),
]

const path = "/a"
const calls: readonly Call[] = [
  ...(["getContent", "stat", "list", "delete", "redirectURL", "readRest", "leave", "close", "commit", "cancel"] as const).map(
    (method): Call => ({ method, path }),
  ),
  { method: "getContent", path: "/a//b" },
  { method: "putContent", path, content },
  { method: "reader", path, offset: 0 },
  { method: "reader", path, offset: 9 },
  { method: "readStart", path, offset: 1, length: 2 },
  { method: "walk", path },
  { method: "walk", path, startAfter: "/a/a" },
  { method: "walk", path, skip: "/a/b" },
  { method: "walk", path, stopAt: "/a/b" },
  { method: "move", source: path, destination: "/b" },
  { method: "move", source: path, destination: path },
  { method: "writer", path, append: false, content },
  { method: "writer", path, append: true, content },
  { method: "write", path, length: 3 },
]

test("every promise is a rule: a MUST or a declared capability, and what departs from one a SHOULD", () => {
  const aborted = calls.flatMap((call): readonly Call[] => [call, { ...call, abort: "before" }, { ...call, abort: "during" }])
  const possibilities = states.flatMap((state) => aborted.flatMap((call) => possibilitiesOf(state, call)))
  const cited = possibilities.filter(({ rule }) => rule !== "")
  expect(new Set(cited.map(({ rule }) => rule)).size).toBeGreaterThan(30)
  for (const { rule, departs } of cited) {
    const levels = departs === true ? ["SHOULD"] : ["MUST", "MAY"]
    expect(levels, `${rule}${departs === true ? " is departed from" : ""}`).toContain(rules.get(rule)?.level)
  }
})

test("no rule is cited that there is not", async () => {
  const folder = new URL(".", import.meta.url)
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")))
  const cited = texts.flatMap((text) => [...text.matchAll(/"([a-z]+(?:-[a-z]+)*\/[a-z][a-z0-9-]+)"/g)].map(([, id]) => id ?? ""))
  expect(cited.length).toBeGreaterThan(30)
  expect(cited.filter((id) => !rules.has(id))).toEqual([])
})
