import { expect, it } from "vitest"
import { ServiceError } from "./errors.ts"
import { request } from "./request.ts"

/** A request that ends only when it is aborted, as the SDK ends one. */
const hang = (abortSignal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    abortSignal.addEventListener("abort", () => reject(new DOMException("The operation was aborted.", "AbortError")))
  })

it("gives what the request gives", async () => {
  await expect(request(async () => 7)).resolves.toBe(7)
})

it("ends a request that hangs, and says how long it waited", async () => {
  const failing = request(hang, { timeLimit: 1_000 / 50 })
  await expect(failing).rejects.toThrow(ServiceError)
  await expect(request(hang, { timeLimit: 10 })).rejects.toThrow(/did not answer within/)
})

it("ends with the signal's reason, before it is sent or while it runs", async () => {
  const reason = new Error("changed my mind")
  let isSent = false
  const send = async () => {
    isSent = true
  }
  await expect(request(send, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect(isSent).toBe(false)

  const later = new AbortController()
  const running = request(hang, { signal: later.signal })
  later.abort(reason)
  await expect(running).rejects.toBe(reason)
})

it("leaves a signal that outlives it alone", async () => {
  const { signal } = new AbortController()
  const added: unknown[] = []
  const removed: unknown[] = []
  signal.addEventListener = (_type: string, listener: unknown) => void added.push(listener)
  signal.removeEventListener = (_type: string, listener: unknown) => void removed.push(listener)
  await request(async () => {}, { signal })
  expect(added).toHaveLength(1)
  expect(removed).toEqual(added)
})

it("tells a failure without the request that had the signature in it", async () => {
  const failure = Object.assign(new Error("Refused sig=abc%2Fdef&se=1, SharedKey account:c2lnbmF0dXJl\nTime: now"), {
    statusCode: 403,
    details: { errorCode: "AuthorizationFailure", "x-ms-request-id": "id" },
    request: { headers: { authorization: "SharedKey account:c2lnbmF0dXJl" } },
  })
  const error = await request(async () => Promise.reject(failure)).catch((reason: unknown) => reason)
  expect({ ...Object(error), message: Object(error).message }).toEqual({
    name: "ServiceError",
    message: "Refused sig=***&se=1, SharedKey account:***",
    status: 403,
    errorCode: "AuthorizationFailure",
    requestId: "id",
  })
})
