import { defineRule, type Rule } from "../rule.ts"
import { concurrently, type MakeWorkload } from "./concurrently.ts"
import { Contents, clients } from "./workload/build.ts"
import type { Random } from "./workload/random.ts"
import type { Action } from "./workload/workload.ts"

/** A folder of `stay` files that stay, and among them some that come and go. */
function comingAndGoing(random: Random, stay: number, look: "list" | "walk"): ReturnType<MakeWorkload> {
  const contents = new Contents()
  const name = (index: number): string => String(index).padStart(5, "0")
  const staying = Array.from({ length: stay }, (_, index) => ({ path: `/folder/${name(index)}`, content: contents.next(40) }))
  const going = Array.from({ length: 6 }, () => `/folder/${name(random.upTo(stay))}-${random.upTo(1_000)}`)
  const leaving = going.slice(0, 3).map((path) => ({ path, content: contents.next(40) }))
  return {
    files: [...staying, ...leaving.filter(({ path }, index) => going.indexOf(path) === index)],
    clients: [
      ...clients(random, 2, (client) =>
        going.flatMap((path, index): Action[] => {
          if (index % 2 !== client) return []
          return index < 3
            ? [
                { method: "delete", path },
                { method: "putContent", path, content: contents.next(40) },
              ]
            : [
                { method: "putContent", path, content: contents.next(40) },
                { method: "delete", path },
              ]
        }),
      ),
      ...clients(random, 2, () => [
        { method: look, path: "/folder" },
        { method: look, path: "/folder" },
      ]),
    ],
    folders: ["/folder"],
  }
}

const listed = defineRule({
  id: "concurrent-listings/list-what-stays",
  level: "MUST",
  statement: "While entries of a folder come and go, list gives each that stays, once, and none that never was.",
  why: "Deleting a manifest goes by the list of tags: one that was passed over keeps pointing to what is gone.",
  source: "storagedriver.go, List: the direct descendants; what comes or goes meanwhile may be in it or not",
  check: concurrently((random) => comingAndGoing(random, 12, "list")),
})

const walked = defineRule({
  id: "concurrent-listings/walk-what-stays",
  level: "MUST",
  statement:
    "While files of a tree come and go, walk reports each that stays, once, does not end early, and reports none that never was.",
  why: "Garbage collection marks what a walk reports, and deletes the rest.",
  source: "storagedriver.go, Walk; distribution commit 6b73a9ab8, where an entry that vanished ended a walk",
  check: concurrently((random) => comingAndGoing(random, 12, "walk")),
})

const beyondAPage = defineRule({
  id: "concurrent-listings/beyond-a-page",
  level: "MUST",
  statement:
    "While entries come and go, list gives each that stays of a folder with more entries than the backend lists in one answer, once.",
  why: "A backend that counts on from the number of entries passes one over, or gives one twice, when another goes meanwhile.",
  source: "storagedriver.go, List",
  check: concurrently((random, { capabilities }) => comingAndGoing(random, Math.min(capabilities.pageSize + 3, 5_003), "list"), {
    rounds: ({ pageSize }) => Math.max(2, Math.floor(2_000 / pageSize)),
  }),
})

export const rules: readonly Rule[] = [listed, walked, beyondAPage]
