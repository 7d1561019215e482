import fc from "fast-check"
import { expect, it } from "vitest"
import { Slots } from "./slots.ts"

it("lets no more calls run at a time than there are slots, and all of them in the end, failed ones included", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean(), { maxLength: 30 }), async (count, fails) => {
      const slots = new Slots(count)
      const started: number[] = []
      let running = 0
      let most = 0
      const calls = fails.map((fail, number) =>
        slots.run(undefined, async () => {
          started.push(number)
          most = Math.max(most, ++running)
          await new Promise(setImmediate)
          running--
          if (fail) throw new Error("failed")
        }),
      )
      const results = await Promise.allSettled(calls)
      expect(results.map(({ status }) => status === "rejected")).toEqual(fails)
      expect(started).toEqual(fails.map((_, number) => number))
      expect(most).toBe(Math.min(count, fails.length))
    }),
    { numRuns: 50 },
  )
})

it("takes a cancelled call out of the queue", async () => {
  const slots = new Slots(1)
  const first = Promise.withResolvers<void>()
  const controller = new AbortController()
  const running = slots.run(undefined, () => first.promise)
  const cancelled = slots.run(controller.signal, () => Promise.reject(new Error("was made")))
  const last = slots.run(controller.signal, async () => "last")
  const patient = slots.run(undefined, async () => "patient")
  controller.abort("enough")
  await expect(cancelled).rejects.toBe("enough")
  await expect(last).rejects.toBe("enough")
  first.resolve()
  await running
  expect(await patient).toBe("patient")
})
