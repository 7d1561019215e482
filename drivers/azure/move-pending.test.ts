import { describe, expect, it } from "vitest"
import type { CopyCourse } from "../../fixtures/faults/azure-copies.ts"
import { VirtualClock } from "../../fixtures/faults/virtual-clock.ts"
import { openStorage } from "./client.ts"
import { connect } from "./driver.ts"
import { failure, missing, openTestMoves, type Polling } from "./test-moves.ts"

const { given, driver, proxy, copies, throughProxy, put, get, during } = await openTestMoves()

describe("a copy that the service does not finish at once", () => {
  interface Case extends Polling, CopyCourse {}
  const cases: readonly Case[] = [-1, 0, 1, 2, 5].flatMap((maxRetry) =>
    [0, 100, 1_500].flatMap((delay) => [
      ...[0, 2].flatMap((pending) =>
        (["success", "failed", "aborted"] as const).map((end) => ({ maxRetry, delay, pending, end })),
      ),
      { maxRetry, delay, pending: Number.POSITIVE_INFINITY, end: "success" as const },
    ]),
  )

  it.each(cases)(
    "maxRetry $maxRetry, delay $delay, pending $pending times, then $end",
    async ({ maxRetry, delay, pending, end }) => {
      const [source, destination] = ["/source", `/table/${maxRetry}/${delay}/${pending}/${end}`]
      await put(source, "content")
      copies.begin({ pending, end })
      const clock = new VirtualClock()
      const instance = throughProxy({ maxRetry, delay }, clock)
      const moving = instance.move(source, destination)

      const most = Math.max(0, maxRetry)
      const polls = Math.min(most, pending + 1)
      // One that ends well between the last question and the abort is done: the abort is refused.
      const succeeds = end === "success" && pending <= most
      const why =
        pending >= most ? (most > 0 ? `was still pending after ${most} polls` : "was not done at once") : `ended as ${end}`
      if (succeeds) await moving
      else await expect(moving).rejects.toMatchObject(failure(new RegExp(`the copy ${why}`)))

      expect(clock.slept).toEqual(Array.from({ length: polls }, (_, index) => (index + 1) * delay))
      const asked = Array.from({ length: polls }, () => "poll")
      const isAborted = pending >= most
      const after = succeeds ? [...(isAborted ? ["abort", "poll"] : []), "delete"] : ["abort", "poll", "delete"]
      expect(copies.log).toEqual(["copy", ...asked, ...after])
      if (succeeds) {
        expect(await get(destination, instance)).toBe("content")
        await expect(driver.stat(source)).rejects.toEqual(missing)
      } else {
        for (const one of [instance, driver]) await expect(one.stat(destination)).rejects.toEqual(missing)
        expect(await get(source)).toBe("content")
      }
    },
  )

  it("is aborted when the signal aborts, with its reason", async () => {
    copies.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    await put("/source", "content")
    const reason = new Error("changed my mind")
    const controller = new AbortController()
    during("poll", () => controller.abort(reason))
    await expect(throughProxy().move("/source", "/destination/given-up", { signal: controller.signal })).rejects.toBe(reason)
    expect(copies.log.filter((one) => one !== "poll")).toEqual(["copy", "abort", "delete"])
    await expect(driver.stat("/destination/given-up")).rejects.toEqual(missing)
    expect(await get("/source")).toBe("content")
  })

  it("leaves what somebody else has stored at the destination meanwhile", async () => {
    copies.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    await put("/source", "content")
    during("poll", () => put("/destination/taken", "by another"))
    await expect(throughProxy().move("/source", "/destination/taken")).rejects.toMatchObject(failure(/was superseded/))
    expect(await get("/destination/taken")).toBe("by another")
    expect(await get("/source")).toBe("content")
  })

  it("of which the answer is lost is waited for", async () => {
    await put("/source", "content")
    copies.begin({ pending: 3, end: "success" })
    let isHit = false
    proxy.choose = ({ headers }) => {
      if (isHit || headers["x-ms-copy-source"] === undefined) return undefined
      isHit = true
      return { kind: "lose-answer" }
    }
    await throughProxy().move("/source", "/destination/waited-for")
    expect(await get("/destination/waited-for")).toBe("content")
    await expect(driver.stat("/source")).rejects.toEqual(missing)
  })

  it("keeps others from writing to its destination, who wait until it is over", async () => {
    await put("/source", "content")
    copies.begin({ pending: 2, end: "success" })
    const waiting = connect({ ...given, serviceurl: proxy.through(given.serviceurl) })
    const others: Promise<unknown>[] = []
    during("poll", () => {
      if (others.length === 0) others.push(waiting.putContent("/destination/busy", Buffer.from("by another")))
    })
    await throughProxy().move("/source", "/destination/busy")
    await Promise.all(others)
    expect(others).toHaveLength(1)
    expect(await get("/destination/busy")).toMatch(/content|by another/)
  })

  it("is not there yet for readers", async () => {
    await put("/source", "content")
    copies.begin({ pending: Number.POSITIVE_INFINITY, end: "success" })
    const storage = openStorage({ ...given, serviceurl: proxy.through(given.serviceurl) })
    await storage.blob("/folder/pending").beginCopyFromURL(storage.blob("/source").url)
    const reader = throughProxy()
    await expect(reader.list("/folder")).rejects.toEqual(missing)
    await expect(reader.walk("/folder", () => {})).rejects.toEqual(missing)
    await expect(reader.stat("/folder")).rejects.toEqual(missing)
    await expect(reader.stat("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.getContent("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.reader("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.move("/folder/pending", "/elsewhere")).rejects.toEqual(missing)
    await expect(reader.delete("/folder/pending")).rejects.toEqual(missing)
    await expect(reader.delete("/folder")).rejects.toEqual(missing)
  })
})
