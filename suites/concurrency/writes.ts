import { defineRule, type Rule } from "../rule.ts"
import { brokenOff, concurrently } from "./concurrently.ts"
import { Contents, clients, linkLength, spread } from "./workload/build.ts"
import type { Action } from "./workload/workload.ts"

const toDifferentPaths = defineRule({
  id: "concurrent-writes/to-different-paths",
  level: "MUST",
  statement:
    "Files that are put and uploaded to different paths at once, in folders that come to be meanwhile, are all there, each with its own content.",
  why: "A push sends several layers side by side, and many pushes run at a time.",
  source: "testsuites.go, TestConcurrentFileStreams: 32 files are written at once, and each holds what was written to it",
  check: concurrently((random, { capabilities }) => {
    const contents = new Contents()
    const large = random.upTo(4) === 0 ? capabilities.chunkSize + 1_000 : 40_000
    return {
      files: [],
      clients: clients(random, 6, (client) => {
        const path = (number: number): string =>
          `/new/${random.upTo(2) === 0 ? `folder-${client % 2}/` : ""}file-${client}-${number}`
        const length = client === 0 ? large : 500 + random.upTo(5_000)
        const [first, second] = [path(1), path(2)]
        return [
          { method: "upload", path: first, content: contents.next(length), writes: 1 + random.upTo(4) },
          { method: "putContent", path: second, content: contents.next() },
          { method: "getContent", path: first },
        ]
      }),
      folders: ["/new"],
    }
  }),
})

const toOnePath = defineRule({
  id: "concurrent-writes/to-one-path",
  level: "MUST",
  statement:
    "Of several contents put to one path at once each is there whole for a while, the same for all who look, and one of them stays; a stream may break off.",
  why: "Pushes of one tag write one link; a link with bytes of two of them, or one that changes back, points nowhere or to what was replaced.",
  source: "storagedriver.go, PutContent: stores the content at the path; distribution issues 2077 and 4887, fix 927250bca",
  check: concurrently(
    (random) => {
      const contents = new Contents()
      const length = (): number => random.of([linkLength, linkLength, 40, 3_000])
      const content = contents.next()
      return {
        files: random.upTo(2) === 0 ? [{ path: "/tags/latest/link", content }] : [],
        clients: [
          ...clients(random, 3, () => [
            { method: "putContent", path: "/tags/latest/link", content: contents.next(length()) },
            { method: "putContent", path: "/tags/latest/link", content: contents.next(length()) },
          ]),
          ...clients(random, 2, () => [
            { method: "getContent", path: "/tags/latest/link" },
            { method: "stat", path: "/tags/latest/link" },
            { method: "read", path: "/tags/latest/link" },
            { method: "getContent", path: "/tags/latest/link" },
          ]),
        ],
        folders: ["/tags/latest"],
      }
    },
    { leavesOpen: brokenOff },
  ),
})

const againstDeletes = defineRule({
  id: "concurrent-writes/against-deletes",
  level: "MUST",
  statement:
    "A path is put and deleted by several clients at once: what each call gives and what stays is what some order of the calls leaves.",
  why: "A tag is moved while it is deleted: either may win, but not half of each.",
  source: "storagedriver.go, PutContent and Delete",
  check: concurrently((random) => {
    const contents = new Contents()
    const action = (): Action =>
      random.weighted<Action>([
        [3, { method: "putContent", path: "/folder/link", content: contents.next() }],
        [2, { method: "delete", path: "/folder/link" }],
        [1, { method: "stat", path: "/folder/link" }],
        [1, { method: "getContent", path: "/folder/link" }],
      ])
    const content = contents.next()
    return {
      files: [{ path: "/folder/link", content }],
      clients: clients(random, 4, () => [action(), action(), action()]),
      folders: ["/folder"],
    }
  }),
})

const readersDuringOverwrites = defineRule({
  id: "concurrent-writes/seen-by-readers-whole",
  level: "MUST",
  statement:
    "Who reads a file while it is put again gets the old content or the new, whole, and never the old one after the new.",
  why: "A pull that gets the beginning of one manifest and the end of another fails its digest, or worse does not.",
  source:
    "storagedriver.go, GetContent and Reader: the content stored at the path, and no bytes were ever stored there but these",
  check: concurrently(
    (random, { capabilities }) => {
      const contents = new Contents()
      const lengths: readonly [number, number, number] = [2_000, 200_000, Math.min(capabilities.chunkSize + 5_000, 1_000_000)]
      const length = (): number =>
        random.weighted([
          [4, lengths[0]],
          [3, lengths[1]],
          [1, lengths[2]],
        ])
      return {
        files: [{ path: "/file", content: contents.next(length()) }],
        clients: [
          spread(random, [
            { method: "putContent", path: "/file", content: contents.next(length()) },
            { method: "putContent", path: "/file", content: contents.next(length()) },
          ]),
          ...clients(random, 3, () => [
            { method: "read", path: "/file" },
            { method: "getContent", path: "/file" },
            { method: "read", path: "/file" },
          ]),
        ],
        folders: [],
      }
    },
    // A stream whose file is replaced may break off: better than a mixture.
    { leavesOpen: brokenOff },
  ),
})

export const rules: readonly Rule[] = [toDifferentPaths, toOnePath, againstDeletes, readersDuringOverwrites]
