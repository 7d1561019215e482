import { type Arbitrary, assert, constantFrom, nat, oneof, option, property, record } from "fast-check"
import { describe, expect, test } from "vitest"
import { type Command, names } from "./commands.ts"
import { formatCommand, parseCommand } from "./notation.ts"

const path = constantFrom(...names, "/", "/a//x", "//x")
const common = { instance: constantFrom(1, 2, 3, 4) }
const command: Arbitrary<Command> = oneof(
  record({ ...common, method: constantFrom("getContent", "stat", "list", "delete", "readRest", "close", "commit"), path }),
  record({ ...common, method: constantFrom("putContent", "write"), path, length: nat() }) as Arbitrary<Command>,
  record({ ...common, method: constantFrom("delete"), path, abort: constantFrom("before", "during") }),
  record({ ...common, method: constantFrom("reader"), path, offset: nat() }),
  record({ ...common, method: constantFrom("readStart"), path, offset: nat(), length: nat() }),
  record({ ...common, method: constantFrom("move"), source: path, destination: path }),
  record({ ...common, method: constantFrom("writer"), path, append: constantFrom(true, false) }),
  record(
    { ...common, method: constantFrom("walk"), path, startAfter: path, skip: path, stopAt: path },
    { requiredKeys: ["instance", "method", "path"] },
  ),
)

test("every command is read as it was written", () => {
  assert(
    property(command, (each) => {
      expect(parseCommand(formatCommand(each))).toEqual(each)
    }),
  )
})

test("spaces more or less do not matter", () => {
  assert(
    property(command, option(constantFrom("  ", "\t")), (each, space) => {
      expect(parseCommand(` ${formatCommand(each).replaceAll(" ", space ?? " ")} `)).toEqual(each)
    }),
  )
})

describe("what is no command is refused", () => {
  test.each([
    ["", "no call"],
    ["putcontent /a 1", "no call"],
    ["stat", "lacks a path"],
    ["stat a", "lacks a path"],
    ["putContent /a", "lacks a whole number"],
    ["putContent /a -1", "lacks a whole number"],
    ["move /a", "lacks a path"],
    ["stat /a /b", "too many"],
    ["walk / skip=a", "too many"],
    ["writer /a append append", "too many"],
    ["[0] stat /a", "no call"],
  ])("%j", (line, why) => {
    expect(() => parseCommand(line)).toThrow(why)
  })
})
