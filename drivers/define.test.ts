import { expect, test } from "vitest"
import { z } from "zod"
import { DriverModuleError, defineDriver, readDriverModule, readOpenedStorage } from "./define.ts"

const open = async () => ({ connect: () => Promise.reject(new Error("not here")), close: async () => {} })

test("a driver module is known by its shape, from whichever copy of the package it comes", () => {
  const module = defineDriver({ name: "acme", parameters: z.object({ bucket: z.string() }), open })
  expect(readDriverModule(module, "./acme.ts")).toBe(module)
  expect(readDriverModule({ name: "acme", open }, "./acme.ts")).toMatchObject({ name: "acme" })
})

test.each([
  [undefined, "./acme.ts has no driver in it"],
  [5, "./acme.ts has no driver in it"],
  [{ open }, './acme.ts: "name" must be a string'],
  [{ name: "Acme", open }, './acme.ts: "name" must be lower-case letters'],
  [{ name: "acme" }, './acme.ts: "open" must be a function'],
  [{ name: "acme", open, parameters: {} }, './acme.ts: "parameters" must be a Standard Schema'],
  [{ name: "acme", open, capabilities: { chunkSize: -1 } }, './acme.ts: "capabilities.chunkSize"'],
  [
    { name: "acme", open, capabilities: { chunksize: 1 } },
    './acme.ts: "capabilities" has no chunksize: there are scope, redirectURL,',
  ],
  [{ name: "acme", open, target: "minio" }, './acme.ts: "target" must be "azurite"'],
  [{ name: "acme", open, misconfigurations: { a: 1 } }, './acme.ts: "misconfigurations.a" must be a function'],
])("%j does not fit, and the error says why in one line", (value, message) => {
  const read = () => readDriverModule(value, "./acme.ts")
  expect(read).toThrow(DriverModuleError)
  expect(read).toThrow(message)
  expect(read).not.toThrow("\n")
})

test.each([
  [undefined, "open() must give { connect, close }: got undefined"],
  [{}, '"connect" must be a function; got an object'],
  [{ close: async () => {} }, '"connect" must be a function'],
  [{ connect: async () => {}, close: async () => {}, capabilities: { chunksize: 1 } }, "chunksize"],
])("what open gives is told where it is no storage: %j", (value, message) => {
  expect(() => readOpenedStorage(value, "open()")).toThrow(message)
})
