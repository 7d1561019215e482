import { expect, test } from "vitest"
import { PathNotFoundError } from "../../drivers/contract.ts"
import { CallFailed } from "./failures.ts"
import type { RecordedCall } from "./trace.ts"

const call: RecordedCall = { instance: 1, method: "list", arguments: [], outcome: "" }

test.each([
  ["/conformance-1/list.root/1/a", "/a"],
  ["/conformance-1/list.root/1", "/"],
  ["/elsewhere", "/elsewhere"],
])("an error about %s is told as one about %s", (path, told) => {
  const failed = new CallFailed(call, new PathNotFoundError({ driverName: "acme", path }), "/conformance-1/list.root/1")
  expect(failed.message).toBe(`PathNotFoundError: acme: path not found: ${told}`)
})
