import type { StorageDriver } from "../../drivers/contract.ts"
import { propertyOf, RuleBroken } from "./failures.ts"
import { describeValue } from "./rendering.ts"

const methods = ["getContent", "putContent", "reader", "writer", "stat", "list", "move", "delete", "redirectURL", "walk"] as const

/**
 * What `connect` gave, as a driver.
 *
 * @throws RuleBroken where a method is missing: without this the first call of it would look like a defect of the suite
 */
export function demandDriver(value: unknown): StorageDriver {
  const missing = methods.filter((method) => typeof propertyOf(value, method) !== "function")
  if (hasAll(value, missing)) return value
  const what = missing.length === methods.length ? describeValue(value) : `one without ${missing.join(", ")}`
  throw new RuleBroken("connect() to give a driver", what)
}

function hasAll(value: unknown, missing: readonly string[]): value is StorageDriver {
  return typeof value === "object" && value !== null && missing.length === 0
}
