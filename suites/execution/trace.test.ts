import { expect, test } from "vitest"
import { numberOf, Trace } from "./trace.ts"

function traceOf(count: number): Trace {
  const trace = new Trace()
  for (let call = 1; call <= count; call++) trace.record({ instance: 1, method: `call${call}`, arguments: [] })
  return trace
}

test.each([3, 400, 401, 1_026])("of %i calls the first and the last are kept, each with its number", (count) => {
  const { calls, total } = traceOf(count).snapshot()
  expect(total).toBe(count)
  expect(calls.length).toBe(Math.min(count, 400))
  expect(calls.at(-1)?.method).toBe(`call${count}`)
  expect(calls.map((_, index) => `call${numberOf(index, calls.length, total)}`)).toEqual(calls.map(({ method }) => method))
})

test("what came of a call is told also where it ends late", () => {
  const trace = traceOf(500)
  const call = trace.record({ instance: 1, method: "last", arguments: [] })
  call.outcome = "ok"
  expect(trace.snapshot().calls.at(-1)).toMatchObject({ method: "last", outcome: "ok" })
})
