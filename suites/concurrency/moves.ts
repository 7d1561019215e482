import { atomicMoves } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"
import { brokenOff, concurrently, type MakeWorkload } from "./concurrently.ts"
import { Contents, clients, spread } from "./workload/build.ts"
import type { Action } from "./workload/workload.ts"

const source = "storagedriver.go, Move: moves an object, removing the original; it may be a copy followed by a delete"

const toOneDestination = defineRule({
  id: "concurrent-moves/to-one-destination",
  level: "MUST",
  statement:
    "Several files are moved to one path at once while others read there: each move succeeds, every source is gone, and what is read is one of them, whole.",
  why: "Several clients push one layer, and each of their uploads is moved to the path of its digest while pulls read there.",
  source: `${source}; distribution's blobwriter`,
  check: concurrently(
    (random) => {
      const contents = new Contents()
      const movers = 2 + random.upTo(3)
      const uploads = Array.from({ length: movers }, (_, index) => ({
        path: `/uploads/${index}/data`,
        content: contents.next(200 + index),
      }))
      // Where a file is there before, it is never right that none is.
      const before = random.upTo(2) === 0 ? [{ path: "/blobs/data", content: contents.next(150) }] : []
      const look = (): Action =>
        random.of<Action>([
          { method: "stat", path: "/blobs/data" },
          { method: "getContent", path: "/blobs/data" },
          { method: "read", path: "/blobs/data" },
        ])
      return {
        files: [...uploads, ...before],
        clients: [
          ...uploads.map(({ path }) => spread(random, [{ method: "move", source: path, destination: "/blobs/data" }, look()])),
          ...clients(random, 2, () => [look(), look(), look()]),
        ],
        folders: ["/blobs", "/uploads"],
      }
    },
    { leavesOpen: brokenOff },
  ),
})

const ofOneSource = defineRule({
  id: "concurrent-moves/of-one-source",
  level: "MUST",
  statement:
    "A file is moved to several places at once: each move succeeds or gets PathNotFoundError, one at least succeeds, and none leaves part of a file.",
  why: "A client that repeats its last request finishes one upload twice.",
  source,
  check: concurrently((random) => {
    const contents = new Contents()
    const content = contents.next(300)
    return {
      files: [{ path: "/uploads/data", content }],
      clients: clients(random, 2 + random.upTo(3), (client) => [
        { method: "move", source: "/uploads/data", destination: `/blobs/${client}` },
        { method: "stat", path: `/blobs/${client}` },
      ]),
      folders: ["/blobs", "/uploads"],
    }
  }),
})

const inAChain = defineRule({
  id: "concurrent-moves/in-a-chain",
  level: "MUST",
  statement:
    "Files are moved along a chain of paths at once: no content is lost but one that another replaced, and none is at two places after its move.",
  why: "What moves do to each other at the paths that they share must be what some order of them does.",
  source,
  check: concurrently((random) => {
    const contents = new Contents()
    const path = (index: number): string => `/chain/${index}`
    return {
      files: [0, 1, 2].map((index) => ({ path: path(index), content: contents.next(100 + index) })),
      clients: [
        ...[0, 1, 2].map((index) => spread(random, [{ method: "move", source: path(index), destination: path(index + 1) }])),
        ...clients(random, 2, () => [
          { method: "getContent", path: path(random.upTo(4)) },
          { method: "stat", path: path(random.upTo(4)) },
        ]),
      ],
      folders: ["/chain"],
    }
  }),
})

const inARing = defineRule({
  id: "concurrent-moves/in-a-ring",
  level: "MUST",
  statement:
    "Files are moved round a ring of paths at once: no call hangs, and what is left is what some order of the moves leaves.",
  why: "A driver that locks the two paths of a move in the order of the call blocks itself for ever.",
  source,
  check: concurrently((random) => {
    const contents = new Contents()
    const count = 2 + random.upTo(2)
    const path = (index: number): string => `/ring/${index % count}`
    return {
      files: Array.from({ length: count }, (_, index) => ({ path: path(index), content: contents.next(100 + index) })),
      clients: Array.from({ length: count }, (_, index) =>
        spread(random, [
          { method: "move", source: path(index), destination: path(index + 1) },
          { method: "getContent", path: path(index + 1) },
        ]),
      ),
      folders: ["/ring"],
    }
  }),
})

const againstDeletes = defineRule({
  id: "concurrent-moves/against-deletes",
  level: "MUST",
  statement:
    "A file is moved while its source and its destination are deleted: each call succeeds or gets PathNotFoundError, and what stays is what some order leaves.",
  why: "Garbage collection deletes a blob while a push brings it anew.",
  source: `${source}; Delete`,
  check: concurrently((random) => {
    const contents = new Contents()
    const old = contents.next(150)
    return {
      files: [
        { path: "/uploads/data", content: contents.next(200) },
        ...(random.upTo(2) === 0 ? [{ path: "/blobs/data", content: old }] : []),
      ],
      clients: [
        spread(random, [
          { method: "move", source: "/uploads/data", destination: "/blobs/data" },
          { method: "stat", path: "/blobs/data" },
        ]),
        ...random
          .of([["/blobs/data", "/uploads/data"], ["/blobs", "/uploads"], ["/uploads/data"], ["/uploads/data", "/uploads"]])
          .map((path) => spread(random, [{ method: "delete", path }])),
        ...clients(random, 1, () => [
          { method: "getContent", path: "/blobs/data" },
          { method: "stat", path: "/uploads/data" },
        ]),
      ],
      folders: ["/blobs", "/uploads"],
    }
  }),
})

const writtenMeanwhile: MakeWorkload = (random) => {
  const contents = new Contents()
  const first = contents.next(400)
  return {
    files: [{ path: "/source", content: first }],
    clients: [
      spread(random, [{ method: "move", source: "/source", destination: "/destination" }]),
      // Behind as many requests as a move may have made by then, however long each takes.
      spread(random, [
        ...Array.from({ length: random.upTo(4) }, () => ({ method: "stat" as const, path: "/source" })),
        { method: "putContent", path: "/source", content: contents.next(500) },
        { method: "stat", path: "/source" },
      ]),
      ...clients(random, 2, () => [
        { method: "stat", path: random.of(["/source", "/destination"]) },
        { method: "getContent", path: random.of(["/source", "/destination"]) },
      ]),
    ],
    folders: [],
  }
}

const losesNoWrite = defineRule({
  id: "concurrent-moves/lose-no-write",
  level: "SHOULD",
  statement:
    "What is written to the source while it is moved is at the source or at the destination in the end, unless it was replaced.",
  why: "Who was told that a write succeeded takes the content to be there.",
  source: "distribution's azure driver deletes the source whatever it is by then; Delete Blob takes an ETag condition for this",
  check: concurrently(writtenMeanwhile, { movesMayLose: false }),
})

const againstWrites = defineRule({
  id: "concurrent-moves/against-writes",
  level: "MUST",
  statement:
    "A file is moved while its source and its destination are written: each content is read whole, and one version is moved.",
  why: "A move that copies two versions in parts makes a blob that never was.",
  source: `${source}; PutContent`,
  check: concurrently((random) => {
    const contents = new Contents()
    const put = (path: string): Action => ({ method: "putContent", path, content: contents.next(100 + random.upTo(900)) })
    return {
      files: [
        { path: "/source", content: contents.next(400) },
        { path: "/destination", content: contents.next(450) },
      ],
      clients: [
        spread(random, [{ method: "move", source: "/source", destination: "/destination" }]),
        spread(random, [put(random.of(["/source", "/destination"])), put(random.of(["/source", "/destination"]))]),
        ...clients(random, 2, () => [
          { method: "getContent", path: random.of(["/source", "/destination"]) },
          { method: "stat", path: "/destination" },
          { method: "getContent", path: "/destination" },
        ]),
      ],
      folders: [],
    }
  }),
})

const atOneMoment = defineRule({
  id: "concurrent-moves/at-one-moment",
  level: "MAY",
  statement: "For a driver that declares it, a move happens at one moment: nobody finds the file at both paths, or at none.",
  why: "A caller that counts on it would act on a file that is on its way.",
  source: "the driver's capability atomicMove",
  needs: [atomicMoves],
  check: concurrently(
    (random) => {
      const contents = new Contents()
      const content = contents.next(300)
      return {
        files: [{ path: "/here/file", content }],
        clients: [
          spread(random, [
            { method: "move", source: "/here/file", destination: "/there/file" },
            { method: "move", source: "/there/file", destination: "/here/file" },
          ]),
          ...clients(random, 3, () => [
            { method: "stat", path: "/here/file" },
            { method: "stat", path: "/there/file" },
            { method: "getContent", path: "/here/file" },
            { method: "getContent", path: "/there/file" },
          ]),
        ],
        folders: ["/here", "/there"],
      }
    },
    { atomicMoves: true },
  ),
})

export const rules: readonly Rule[] = [
  toOneDestination,
  ofOneSource,
  inAChain,
  inARing,
  againstDeletes,
  againstWrites,
  losesNoWrite,
  atOneMoment,
]
