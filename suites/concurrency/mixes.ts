import { defineRule, type Rule } from "../rule.ts"
import { brokenOff, concurrently } from "./concurrently.ts"
import { Contents, clients } from "./workload/build.ts"
import type { Action } from "./workload/workload.ts"

const source = "storagedriver.go, every method; each call keeps its promise whoever else calls meanwhile"

const ofFiles = defineRule({
  id: "concurrent-mixes/of-files",
  level: "MUST",
  statement:
    "Whatever several clients put, read, move and delete at few paths at once: what each call gives and what stays is what some order of the calls leaves.",
  why: "A registry's requests meet at one path in every way there is.",
  source,
  check: concurrently(
    (random) => {
      const contents = new Contents()
      const paths = random.of<readonly [string, ...string[]]>([
        ["/a", "/folder/b"],
        ["/folder/b", "/a"],
        ["/a", "/folder/b", "/folder/c"],
      ])
      const action = (): Action => {
        const path = random.of(paths)
        const others = paths.filter((other) => other !== path)
        return random.weighted<Action>([
          [5, { method: "putContent", path, content: contents.next(40 + random.upTo(400)) }],
          [5, { method: "getContent", path }],
          [3, { method: "stat", path }],
          [1, { method: "read", path }],
          [2, { method: "move", source: path, destination: others[random.upTo(others.length)] ?? path }],
          [2, { method: "delete", path }],
          [1, { method: "list", path: "/folder" }],
          [1, { method: "walk", path: "/folder" }],
          [1, { method: "delete", path: "/folder" }],
        ])
      }
      const first = contents.next()
      return {
        files: [{ path: "/a", content: first }],
        clients: clients(random, 3 + random.upTo(3), () => [action(), action(), action(), action(), action()]),
        folders: ["/folder"],
      }
    },
    { leavesOpen: brokenOff },
  ),
})

const asTheRegistry = defineRule({
  id: "concurrent-mixes/as-the-registry",
  level: "MUST",
  statement:
    "Pushes of one digest, pulls, links under overwrite and deletes of tags at once, in the shares of a registry: each call gives what some order of the calls explains.",
  why: "This is what a busy registry does all day.",
  source: `${source}; shares: 10 pulls a push`,
  check: concurrently(
    (random) => {
      const contents = new Contents()
      const blob = "/blobs/data"
      const link = "/repositories/a/_manifests/tags/latest/current/link"
      const uploads = [0, 1].map((index) => ({
        path: `/repositories/a/_uploads/${index}/data`,
        content: contents.next(600 + index),
      }))
      const look = (): Action => {
        const path = random.of([blob, link])
        return random.weighted<Action>([
          [43, { method: "stat", path }],
          [34, { method: "getContent", path }],
          [15, { method: "read", path: blob }],
          [2, { method: "list", path: "/repositories/a/_manifests/tags" }],
        ])
      }
      const push = (path: string): Action[] => [
        { method: "stat", path: blob },
        { method: "move", source: path, destination: blob },
        { method: "putContent", path: link, content: contents.next() },
        { method: "delete", path: path.slice(0, path.lastIndexOf("/")) },
      ]
      const tag = contents.next()
      return {
        files: [...uploads, { path: link, content: tag }],
        clients: [
          ...clients(random, 2, (client) => push(uploads[client]?.path ?? blob)),
          ...clients(random, 1, () => [look(), { method: "delete", path: "/repositories/a/_manifests/tags/latest" }]),
          ...clients(random, 3, () => [look(), look(), look(), look(), look()]),
        ],
        folders: ["/blobs", "/repositories/a/_manifests/tags/latest/current", "/repositories/a/_uploads"],
      }
    },
    { leavesOpen: brokenOff },
  ),
})

export const rules: readonly Rule[] = [ofFiles, asTheRegistry]
