import { expect, test } from "vitest"
import { loadSuite } from "../../suites/catalogue.ts"
import { extents } from "../../suites/extent.ts"
import { estimateCost } from "./cost.ts"

test.each(["contract", "concurrency"] as const)("no rule of suite %s is told to cost what large objects do", async (name) => {
  const { rules } = await loadSuite(name)
  const costing = rules.filter((rule) => {
    const [small, large] = [extents.small, extents.large].map((extent) => estimateCost([rule], { extent, effort: { runs: 1 } }))
    return small?.bytesWritten !== large?.bytesWritten
  })
  expect(costing.map(({ id }) => id)).toEqual([])
})
