import { expect, test } from "vitest"
import { BadInput } from "./bad-input.ts"
import { readVitestOptions } from "./vitest-options.ts"

test.each(["--retry=3", "--retry.count=2", "--repeats=3", "--repeats"])("no second tries: %s", (option) => {
  expect(() => readVitestOptions([option], "/")).toThrow(BadInput)
  expect(() => readVitestOptions([option], "/")).toThrow("is not for rules")
})

test("files of reporters lie where the command runs", () => {
  expect(readVitestOptions(["--reporter=junit", "--outputFile=a.xml"], "/work")).toMatchObject({ outputFile: "/work/a.xml" })
})
