import { describe, expect, it } from "vitest"
import { errorCodeOf, InvalidPathError } from "../contract.ts"
import { blobNotFound, ServiceError, toDriverError } from "./errors.ts"

const answered = (status: number, errorCode?: string) => new ServiceError({ message: "as the service says", status, errorCode })

describe("what a caller is told", () => {
  it("is PathNotFound where the service says that the blob is not there, and then only", () => {
    expect(toDriverError(blobNotFound(), "read", "/a")).toMatchObject({ code: "PathNotFound", path: "/a", driverName: "azure" })
    const others = [
      answered(404),
      answered(404, "ContainerNotFound"),
      answered(404, "ResourceNotFound"),
      answered(404, "CannotVerifyCopySource"),
      answered(401, "NoAuthenticationInformation"),
      answered(403, "AuthorizationFailure"),
      answered(403, "AuthenticationFailed"),
      answered(409, "ContainerBeingDeleted"),
      answered(412, "ConditionNotMet"),
      answered(429),
      answered(503, "ServerBusy"),
      new ServiceError({ message: "connect ECONNREFUSED", errorCode: "ECONNREFUSED" }),
    ]
    expect(others.map((error) => errorCodeOf(toDriverError(error, "read", "/a")))).toEqual(others.map(() => "Driver"))
  })

  it("names what was done, to what, what came and what to do", () => {
    expect(toDriverError(answered(404, "ContainerNotFound"), "read", "/a")).toMatchObject({
      message:
        "azure: read /a: 404 ContainerNotFound: the container does not exist: create it, or correct the parameter container",
    })
    expect(toDriverError(answered(500), "read", "/a")).toMatchObject({ message: "azure: read /a: 500: as the service says" })
    const refused = new ServiceError({ message: "connect ECONNREFUSED 127.0.0.1:1", errorCode: "ECONNREFUSED" })
    expect(toDriverError(refused, "read", "/a")).toMatchObject({
      message: "azure: read /a: connect ECONNREFUSED 127.0.0.1:1: nothing listens there: correct realm or serviceurl",
    })
  })

  it("is a contract error or the signal's reason as it is", () => {
    const invalid = new InvalidPathError({ driverName: "azure", path: "/a" })
    expect(toDriverError(invalid, "read", "/a")).toBe(invalid)
    const signal = AbortSignal.abort(new Error("changed my mind"))
    expect(toDriverError(signal.reason, "read", "/a", signal)).toBe(signal.reason)
  })
})
