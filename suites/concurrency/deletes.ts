import { defineRule, type Rule } from "../rule.ts"
import { brokenOff, concurrently } from "./concurrently.ts"
import { Contents, clients, spread } from "./workload/build.ts"
import type { Action } from "./workload/workload.ts"

const source = "storagedriver.go, Delete: removes all that is stored at the path and below; PathNotFoundError where nothing is"

const ofOneFile = defineRule({
  id: "concurrent-deletes/of-one-file",
  level: "MUST",
  statement:
    "Of several clients that delete one file at once one succeeds at least, the others succeed or get PathNotFoundError, and the file is gone.",
  why: "Two requests that finish one upload both remove its folder, and neither may fail the push by it.",
  source,
  check: concurrently((random) => {
    const contents = new Contents()
    const content = contents.next()
    return {
      files: [
        { path: "/folder/file", content },
        { path: "/folder/other", content: contents.next() },
      ],
      clients: clients(random, 2 + random.upTo(4), () => [
        { method: "delete", path: "/folder/file" },
        random.of<Action>([
          { method: "stat", path: "/folder/file" },
          { method: "getContent", path: "/folder/file" },
          { method: "delete", path: "/folder/file" },
        ]),
      ]),
      folders: ["/folder"],
    }
  }),
})

/** Files of a tree, some of them below folders of their own. */
function treeFiles(contents: Contents, root: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    path: `${root}/${index % 3 === 0 ? "" : `folder-${index % 3}/`}file-${index}`,
    content: contents.next(),
  }))
}

const ofOneTree = defineRule({
  id: "concurrent-deletes/of-one-tree",
  level: "MUST",
  statement:
    "Of several clients that delete one folder at once one succeeds at least, the others succeed or get PathNotFoundError for the folder, and nothing of it is left.",
  why: "Purge and a push that ends remove the same upload folder; what the first has removed is no error of the second.",
  source,
  check: concurrently((random) => {
    const contents = new Contents()
    return {
      files: [...treeFiles(contents, "/tree", 7), { path: "/tree-2", content: contents.next() }],
      clients: clients(random, 2 + random.upTo(3), () => [{ method: "delete", path: "/tree" }]),
      folders: ["/tree"],
    }
  }),
})

const ofATreeAndItsParent = defineRule({
  id: "concurrent-deletes/of-a-tree-and-its-parent",
  level: "MUST",
  statement:
    "A folder, the folder above it and a file in it are deleted at once: each delete succeeds or gets PathNotFoundError for its own path, and nothing is left.",
  why: "A repository is removed while its uploads are purged.",
  source,
  check: concurrently((random) => {
    const contents = new Contents()
    const paths = ["/parent", "/parent/tree", "/parent/tree/folder-1", "/parent/tree/file-0"]
    return {
      files: [...treeFiles(contents, "/parent/tree", 6), { path: "/parent/file", content: contents.next() }],
      clients: random.shuffled(paths).map((path) => spread(random, [{ method: "delete", path }])),
      folders: ["/parent"],
    }
  }),
})

const whileOthersLook = defineRule({
  id: "concurrent-deletes/while-others-look",
  level: "MUST",
  statement:
    "While a folder is deleted, list, walk, stat and reads give what is still there or PathNotFoundError, and show nothing again that was gone; a stream may break off.",
  why: "Garbage collection deletes blobs while pulls read and the catalogue is listed; another error would fail those.",
  source: `${source}; distribution commit 6b73a9ab8, where an entry that vanished ended a walk`,
  check: concurrently(
    (random) => {
      const contents = new Contents()
      const files = treeFiles(contents, "/tree", 6)
      const look = (): Action => {
        const path = files[random.upTo(files.length)]?.path ?? "/tree"
        return random.of<Action>([
          { method: "list", path: "/tree" },
          { method: "walk", path: "/tree" },
          { method: "stat", path },
          { method: "getContent", path },
          { method: "read", path },
        ])
      }
      return {
        files: [...files, { path: "/other", content: contents.next() }],
        clients: [
          spread(random, [{ method: "delete", path: "/tree" }]),
          ...clients(random, 3, () => [look(), look(), look(), look()]),
        ],
        folders: ["/tree"],
      }
    },
    { leavesOpen: brokenOff },
  ),
})

const whileOthersWrite = defineRule({
  id: "concurrent-deletes/while-others-write",
  level: "MUST",
  statement:
    "While a folder is deleted others write into it: what was there before is gone, each write is there or was deleted, and what is written afterwards stays.",
  why: "A late hash state is put into an upload folder that is just being removed (distribution's blobwriter).",
  source: `${source}; PutContent`,
  check: concurrently((random) => {
    const contents = new Contents()
    const files = treeFiles(contents, "/uploads/id", 5)
    const write = (client: number, number: number): Action => {
      const path =
        random.upTo(3) === 0 ? (files[number]?.path ?? "/uploads/id/new") : `/uploads/id/hashstates/${client}-${number}`
      return { method: "putContent", path, content: contents.next() }
    }
    return {
      files,
      clients: [
        spread(random, [{ method: "delete", path: "/uploads/id" }]),
        ...clients(random, 3, (client) => [write(client, 0), write(client, 1), write(client, 2)]),
      ],
      folders: ["/uploads/id"],
    }
  }),
})

export const rules: readonly Rule[] = [ofOneFile, ofOneTree, ofATreeAndItsParent, whileOthersLook, whileOthersWrite]
