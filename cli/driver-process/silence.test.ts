import { spawn } from "node:child_process"
import { availableParallelism } from "node:os"
import fc from "fast-check"
import { expect, test, vi } from "vitest"
import { Silence, waitedForProcessor } from "./silence.ts"

/** What happens between two looks: milliseconds by the clock, and of these those in which the process waited for a processor. */
const stretch = fc
  .record({ passed: fc.integer({ min: 0, max: 999 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ passed, share }) => ({ passed, waited: passed * share }))
const stretches = fc.array(stretch, { maxLength: 50 })

function watched(tells = true) {
  const time = { passed: 0, waited: 0 }
  const silence = new Silence({ now: () => time.passed, waited: () => (tells ? time.waited : undefined) })
  const after = ({ passed, waited }: { readonly passed: number; readonly waited: number }): number => {
    time.passed += passed
    time.waited += waited
    return silence.look()
  }
  return { silence, after }
}

test("a process that has no processor is not silent, however long it takes", () => {
  fc.assert(
    fc.property(stretches, (all) => {
      const { after } = watched()
      for (const { passed } of all) expect(after({ passed, waited: passed })).toBe(0)
    }),
  )
})

test("a silence lasts as long as the clock says, without the time in which the process had no processor", () => {
  fc.assert(
    fc.property(stretches, (all) => {
      const { after } = watched()
      let expected = 0
      for (const each of all) {
        expected += each.passed - each.waited
        expect(after(each)).toBeCloseTo(expected)
      }
    }),
  )
})

test("a wait that the system tells of when it is over is taken back then", () => {
  const { after } = watched()
  expect(after({ passed: 600, waited: 0 })).toBe(600)
  expect(after({ passed: 600, waited: 1_100 })).toBe(100)
})

test("where the system does not tell who waits for a processor the clock alone counts", () => {
  const { after } = watched(false)
  expect(after({ passed: 400, waited: 400 })).toBe(400)
  expect(after({ passed: 300, waited: 300 })).toBe(700)
})

test("a silence begins anew with a sign of life", () => {
  const { silence, after } = watched()
  after({ passed: 700, waited: 0 })
  silence.end()
  expect(after({ passed: 100, waited: 0 })).toBe(100)
})

test("time in which nobody looked does not count: nor would a sign have been heard", () => {
  const { after } = watched()
  expect(after({ passed: 60_000, waited: 0 })).toBe(0)
  expect(after({ passed: 100, waited: 0 })).toBe(100)
})

test.runIf(process.platform === "linux")(
  "processes that are more than there are processors are seen to wait for one",
  async () => {
    const busy = Array.from({ length: availableParallelism() + 1 }, () => spawn(process.execPath, ["--eval", "for (;;);"]))
    try {
      await vi.waitUntil(() => busy.some(({ pid = 0 }) => (waitedForProcessor(pid) ?? 0) > 20), { timeout: 20_000 })
    } finally {
      for (const each of busy) each.kill("SIGKILL")
    }
  },
)

test("nothing is told of a process that there is not", () => {
  expect(waitedForProcessor(2 ** 30)).toBeUndefined()
})
