import { describe, expect, it } from "vitest"
import { inParallel } from "./parallel.ts"

const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

describe("what is run in parallel", () => {
  it("is all of it, with no more at once than is asked for", async () => {
    const done: number[] = []
    let running = 0
    let most = 0
    await inParallel(Array(50).keys(), 4, async (item) => {
      most = Math.max(most, ++running)
      await soon()
      running--
      done.push(item)
    })
    expect(done.toSorted((a, b) => a - b)).toEqual([...Array(50).keys()])
    expect(most).toBe(4)
  })

  it("ends with the first failure, begins nothing after it, and leaves nothing behind that runs on", async () => {
    const begun: number[] = []
    let running = 0
    const running4 = inParallel(Array(50).keys(), 4, async (item) => {
      begun.push(item)
      running++
      for (let turn = 0; turn <= item; turn++) await soon()
      running--
      if (item === 2) throw new Error("refused")
      if (item === 3) throw new Error("refused as well")
    })
    await expect(running4).rejects.toThrow(/^refused$/)
    expect(running).toBe(0)
    expect(begun.length).toBeLessThanOrEqual(6)
  })
})
