import { describe, expect, it } from "vitest"
import { VirtualClock } from "../../fixtures/faults/virtual-clock.ts"
import { ServiceError } from "./errors.ts"
import { Requests } from "./request.ts"

/** A request that ends only when it is aborted, as the SDK ends one. */
const hang = (abortSignal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    abortSignal.addEventListener("abort", () => reject(new DOMException("The operation was aborted.", "AbortError")))
  })

const answered = (statusCode: number, headers: Record<string, string> = {}) =>
  Object.assign(new Error("as the service says"), { statusCode, response: { headers: new Headers(headers) } })
const unanswered = (code: string) => Object.assign(new Error(code), { code })

/** Fails with each of these in turn, then gives what it was sent for. */
function failing(...failures: readonly Error[]) {
  let tries = 0
  return async () => {
    const failure = failures[tries++]
    if (failure !== undefined) throw failure
    return tries
  }
}

const once = new Requests({ maxRetries: 0 })

describe("a request", () => {
  it("gives what the request gives", async () => {
    await expect(once.send(async () => 7)).resolves.toBe(7)
  })

  it("that hangs ends, and says how long it waited", async () => {
    const impatient = new Requests({ maxRetries: 0, tryLimit: 20 })
    await expect(impatient.send(hang)).rejects.toThrow(ServiceError)
    await expect(impatient.send(hang)).rejects.toThrow(/did not answer within 0.02 s/)
  })

  it("has time by the bytes that it sends, and by the operations of a batch", async () => {
    const slow = (abortSignal: AbortSignal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, 50, "sent")
        abortSignal.addEventListener("abort", () => reject(clearTimeout(timer)))
      })
    const impatient = new Requests({ maxRetries: 0, tryLimit: 1 })
    await expect(impatient.send(slow, { bytes: 256 * 5_000 })).resolves.toBe("sent")
    await expect(impatient.send(slow, { operations: 10 })).resolves.toBe("sent")
    await expect(impatient.send(slow)).rejects.toThrow(/did not answer/)
  })

  it("ends with the signal's reason, before it is sent, while it runs and while it waits", async () => {
    const reason = new Error("changed my mind")
    let isSent = false
    const send = async () => {
      isSent = true
    }
    await expect(once.send(send, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(isSent).toBe(false)
    const later = new AbortController()
    const running = once.send(hang, { signal: later.signal })
    later.abort(reason)
    await expect(running).rejects.toBe(reason)
    const between = new AbortController()
    const failThenAbort = async () => {
      setImmediate(() => between.abort(reason))
      throw answered(503)
    }
    await expect(new Requests({ maxRetries: 9 }).send(failThenAbort, { signal: between.signal })).rejects.toBe(reason)
  })

  it("leaves a signal that outlives it alone", async () => {
    const { signal } = new AbortController()
    const added: unknown[] = []
    const removed: unknown[] = []
    signal.addEventListener = (_type: string, listener: unknown) => void added.push(listener)
    signal.removeEventListener = (_type: string, listener: unknown) => void removed.push(listener)
    await once.send(async () => {}, { signal })
    expect(added).toHaveLength(1)
    expect(removed).toEqual(added)
  })

  it("tells a failure without the request that had the signature in it", async () => {
    const failure = Object.assign(new Error("Refused sig=abc%2Fdef&se=1, SharedKey account:c2lnbmF0dXJl\nTime: now"), {
      statusCode: 403,
      details: { errorCode: "AuthorizationFailure", "x-ms-request-id": "id" },
      request: { headers: { authorization: "SharedKey account:c2lnbmF0dXJl" } },
    })
    const error = await once.send(async () => Promise.reject(failure)).catch((reason: unknown) => reason)
    expect({ ...Object(error), message: Object(error).message }).toEqual({
      name: "ServiceError",
      message: "Refused sig=***&se=1, SharedKey account:***",
      status: 403,
      errorCode: "AuthorizationFailure",
      requestId: "id",
    })
  })
})

describe("a request that fails", () => {
  it.each([408, 429, 500, 502, 503, 504].map(answeredNamed))("for a passing reason is sent again: %s", async (_, failure) => {
    const clock = new VirtualClock()
    await expect(new Requests({ maxRetries: 3, clock }).send(failing(failure, failure))).resolves.toBe(3)
    expect(clock.slept).toHaveLength(2)
  })

  it.each(["ECONNRESET", "ECONNREFUSED", "EPIPE", "REQUEST_SEND_ERROR", "PARSE_ERROR"])(
    "without an answer is sent again: %s",
    async (code) => {
      const requests = new Requests({ maxRetries: 3, clock: new VirtualClock() })
      await expect(requests.send(failing(unanswered(code)))).resolves.toBe(2)
    },
  )

  it.each([400, 401, 403, 404, 409, 412, 416, 501].map(answeredNamed))("for good is not: %s", async (_, failure) => {
    const clock = new VirtualClock()
    await expect(new Requests({ maxRetries: 3, clock }).send(failing(failure))).rejects.toMatchObject({ tries: 1 })
    expect(clock.slept).toEqual([])
  })

  it("because of a mistake of ours is not", async () => {
    const clock = new VirtualClock()
    await expect(new Requests({ maxRetries: 3, clock }).send(failing(new TypeError("mistake")))).rejects.toThrow("mistake")
    expect(clock.slept).toEqual([])
  })

  it("again and again is given up, after waits at random that double", async () => {
    for (const random of [0, 0.5, 0.999]) {
      const clock = new VirtualClock()
      const requests = new Requests({ maxRetries: 8, clock, random: () => random })
      const sending = requests.send(async () => Promise.reject(answered(503)))
      await expect(sending).rejects.toMatchObject({ status: 503, tries: 9 })
      const waits = [200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]
      expect(clock.slept).toEqual(waits.map((wait) => wait * (0.5 + random / 2)))
    }
  })

  it("by silence is sent again once", async () => {
    const sending = new Requests({ maxRetries: 9, clock: new VirtualClock(), tryLimit: 10 }).send(hang)
    await expect(sending).rejects.toMatchObject({ tries: 2, code: "ETIMEDOUT" })
  })

  it("is sent again when the service says so, and no sooner", async () => {
    const clock = new VirtualClock()
    await new Requests({ maxRetries: 1, clock, random: () => 0 }).send(failing(answered(429, { "retry-after": "3" })))
    expect(clock.slept).toEqual([3_000])
  })

  it("tells whether an earlier try may have been carried out", async () => {
    const mayBeDone = async (first: Error) => {
      const sending = new Requests({ maxRetries: 1, clock: new VirtualClock() }).send(failing(first, answered(409)))
      return Object(await sending.catch((reason: unknown) => reason)).mayBeDone
    }
    for (const first of [unanswered("ECONNRESET"), unanswered("PARSE_ERROR"), answered(500), answered(503)]) {
      expect(await mayBeDone(first)).toBe(true)
    }
    for (const first of [unanswered("ECONNREFUSED"), answered(429)]) expect(await mayBeDone(first)).toBe(false)
    await expect(once.send(failing(answered(409)))).rejects.toMatchObject({ mayBeDone: false })
  })
})

function answeredNamed(status: number): [number, Error] {
  return [status, answered(status)]
}
