import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { type OffTheClock, withinEachStep } from "./time-limits.ts"

const late = (): Error => new Error("late")

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** What the call came to, after all the time that it takes. */
async function outcomeOf(call: (offTheClock: OffTheClock) => Promise<string>): Promise<string> {
  const outcome = withinEachStep(100, call, late).catch((reason: unknown) => String(reason))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(vi.getTimerCount()).toBe(0)
  return outcome
}

test("each step has the whole time, and what is called back none of it", async () => {
  const call = async (offTheClock: OffTheClock): Promise<string> => {
    for (let step = 0; step < 5; step++) {
      await after(90)
      await offTheClock(() => after(1_000))
      await after(90)
      expect(offTheClock(() => step)).toBe(step)
    }
    return "done"
  }
  expect(await outcomeOf(call)).toBe("done")
})

test.each([
  ["at the beginning", 0],
  ["between two steps", 1],
])("a call that hangs %s is late", async (_when, steps) => {
  const call = async (offTheClock: OffTheClock): Promise<string> => {
    for (let step = 0; step < steps; step++) await offTheClock(() => after(1_000))
    return new Promise(() => {})
  }
  expect(await outcomeOf(call)).toBe("Error: late")
})

test("an error of what is called back goes to the call, whose time begins anew", async () => {
  const call = async (offTheClock: OffTheClock): Promise<string> => {
    const thrown = await after(90)
      .then(() => offTheClock(() => Promise.reject(new Error("of the step"))))
      .catch(String)
    await after(90)
    return String(thrown)
  }
  expect(await outcomeOf(call)).toBe("Error: of the step")
})
