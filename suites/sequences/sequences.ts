import { defineRule, type Rule } from "../rule.ts"
import { explore } from "./explore.ts"

const source = "storagedriver.go, every method; the promises are those of the other rules, and a failure names which one"

const files = defineRule({
  id: "sequences/of-files",
  level: "MUST",
  statement: "Whatever is stored, overwritten, moved and deleted, in whatever order: each call gives what the contract says.",
  why: "A registry makes these calls in every order there is, and what each leaves behind the next one stands on.",
  source,
  check: explore({ putContent: 6, getContent: 2, reader: 2, stat: 2, list: 2, walk: 2, move: 4, delete: 4 }),
})

const uploads = defineRule({
  id: "sequences/of-uploads",
  level: "MUST",
  statement:
    "Whatever is uploaded, closed, resumed, cancelled and committed, in whatever order: each call gives what the contract says.",
  why: "Pushes are broken off, taken up by another process and repeated, several of them at a time.",
  source,
  check: explore({
    writer: 8,
    write: 10,
    close: 5,
    commit: 5,
    cancel: 1,
    putContent: 2,
    move: 2,
    delete: 2,
    stat: 2,
    getContent: 2,
  }),
})

const trees = defineRule({
  id: "sequences/of-trees",
  level: "MUST",
  statement: "Whatever grows and goes below a directory, list, walk and stat show what is there and nothing else.",
  why: "The catalogue, the list of tags and garbage collection go by what these show.",
  source,
  check: explore({ putContent: 8, delete: 4, move: 3, list: 4, walk: 6, stat: 3, writer: 1, write: 1, commit: 1, close: 1 }),
})

export const rules: readonly Rule[] = [files, uploads, trees]
