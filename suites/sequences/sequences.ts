import { defineRule, type Rule } from "../rule.ts"
import { explore } from "./explore.ts"

const source = "storagedriver.go, every method; the promises are those of the other rules, and a failure names which one"

const MiB = 1024 * 1024

/** Lengths one byte before, at and one byte behind a boundary. */
const around = (boundary: number): readonly number[] => [boundary - 1, boundary, boundary + 1]

const files = defineRule({
  id: "sequences/of-files",
  level: "MUST",
  statement: "Whatever is stored, overwritten, moved and deleted, in whatever order: each call gives what the contract says.",
  why: "A registry makes these calls in every order there is, and what each leaves behind the next one stands on.",
  source,
  check: explore({
    mix: {
      putContent: 6,
      getContent: 2,
      reader: 2,
      readStart: 1,
      readRest: 1,
      leave: 1,
      stat: 2,
      "move from": 2,
      "move to": 2,
      delete: 4,
      redirectURL: 1,
    },
    chains: [
      ["putContent", "readStart", "getContent", "readRest"],
      ["putContent", "readStart", "putContent", "readRest"],
      ["putContent", "readStart", "delete", "readRest"],
      ["putContent", "readStart", "move from", "putContent", "readRest"],
    ],
    neighbours: [],
    // The blocks of the Azure and S3 clients, and the pages of memory and of disks.
    sizes: (block) => [0, 1, ...around(512), ...around(4_096), ...around(block), ...around(4 * MiB), ...around(5 * MiB)],
    aborted: ["getContent", "stat", "putContent", "move", "delete"],
  }),
})

const uploads = defineRule({
  id: "sequences/of-uploads",
  level: "MUST",
  statement:
    "Whatever is uploaded, closed, resumed, cancelled and committed, in whatever order: each call gives what the contract says.",
  why: "Pushes are broken off, taken up by another process and repeated, several of them at a time.",
  source,
  check: explore({
    mix: {
      writer: 3,
      append: 6,
      write: 10,
      close: 6,
      commit: 3,
      cancel: 1,
      putContent: 2,
      "move from": 1,
      "move to": 1,
      delete: 2,
      stat: 2,
      getContent: 2,
    },
    chains: [
      ["writer", "write", "close", "append", "write", "close", "append", "write", "commit", "getContent"],
      ["writer", "close", "append", "close", "append", "write", "commit", "getContent"],
      ["writer", "write", "close", "writer", "write", "close", "append", "commit", "getContent"],
      ["writer", "write", "close", "append", "cancel", "writer", "write", "commit", "getContent"],
      ["writer", "write", "commit", "writer", "write", "close", "append", "write", "commit", "getContent"],
      ["writer", "write", "commit", "move from", "writer", "write", "commit", "getContent"],
      ["writer", "write", "commit", "move from", "putContent", "delete"],
      ["putContent", "writer", "write", "close", "append", "commit", "delete", "writer", "commit", "append", "write", "commit"],
    ],
    neighbours: [],
    sizes: (block) => [0, 1, ...around(block), ...around(2 * block)],
    aborted: [],
  }),
})

const trees = defineRule({
  id: "sequences/of-trees",
  level: "MUST",
  statement: "Whatever grows and goes below a directory, list, walk and stat show what is there and nothing else.",
  why: "The catalogue, the list of tags and garbage collection go by what these show.",
  source,
  check: explore({
    mix: {
      putContent: 8,
      delete: 4,
      "move from": 2,
      "move to": 1,
      list: 4,
      walk: 6,
      stat: 3,
      writer: 1,
      write: 1,
      commit: 1,
      close: 1,
    },
    chains: [
      ["putContent", "delete", "putContent", "stat", "delete", "stat"],
      ["putContent", "move from", "stat", "move to", "stat"],
    ],
    neighbours: ["putContent", "move from", "move to", "delete", "commit"],
    sizes: () => [0, 1],
    aborted: ["list", "delete"],
  }),
})

export const rules: readonly Rule[] = [files, uploads, trees]
