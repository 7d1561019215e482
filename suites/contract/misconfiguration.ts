import { errorCodeOf } from "../../drivers/contract.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { CallFailed, NotForThis, propertyOf } from "../execution/failures.ts"
import { forEach } from "../execution/for-all.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import { quote } from "../execution/rendering.ts"
import type { Case, RuleContext } from "../execution/rule-context.ts"
import { expectContent, expectListing, expectThat, readFrom } from "../expect.ts"
import { misconfigurations } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

const present = "/folder/file"
const absent = "/folder/absent"
const written = contentOf(2, 40)

/** Each makes a request of the backend. `redirectURL` is not among them: a URL is signed without one. */
const calls: Readonly<Record<string, (driver: ObservedDriver) => Promise<unknown>>> = {
  getContent: (driver) => driver.getContent(present),
  "getContent of what is not there": (driver) => driver.getContent(absent),
  reader: (driver) => readFrom(driver, present),
  "reader at an offset": (driver) => readFrom(driver, present, 5),
  stat: (driver) => driver.stat(present),
  "stat of a folder": (driver) => driver.stat("/folder"),
  "stat of what is not there": (driver) => driver.stat(absent),
  'stat of "/"': (driver) => driver.bare.stat("/"),
  list: (driver) => driver.list("/folder"),
  'list of "/"': (driver) => driver.bare.list("/"),
  walk: (driver) => driver.walk("/folder", () => undefined),
  "walk with startAfter": (driver) => driver.walk("/folder", () => undefined, { startAfter: absent }),
  putContent: (driver) => driver.putContent("/folder/put", bytesOf(written)),
  "putContent over a file": (driver) => driver.putContent(present, bytesOf(written)),
  "writer, write and commit": (driver) => upload(driver, false),
  "writer to append, write and commit": (driver) => upload(driver, true),
  move: (driver) => driver.move(present, "/folder/moved"),
  delete: (driver) => driver.delete(present),
  "delete of a folder": (driver) => driver.delete("/folder"),
}

/** Any of its calls may be the one that fails: drivers open uploads without a request, and send what they buffer later. */
async function upload(driver: ObservedDriver, append: boolean): Promise<void> {
  const writer = await driver.writer("/folder/upload", { append })
  await writer.write(bytesOf(written))
  await writer.commit()
  await writer.close()
}

/** What a call was refused with; undefined where it succeeded. */
async function refusalOf(one: Case, misconfiguration: string, call: string): Promise<CallFailed | undefined> {
  try {
    const driver = await one.connectMisconfigured(misconfiguration)
    await calls[call]?.(driver)
    return undefined
  } catch (reason) {
    if (reason instanceof CallFailed) return reason
    throw reason
  }
}

function casesOf({ surroundings }: RuleContext): readonly { readonly misconfiguration: string; readonly call: string }[] {
  const { misconfigurations: names = [] } = surroundings
  return names.flatMap((misconfiguration) => Object.keys(calls).map((call) => ({ misconfiguration, call })))
}

async function expectFailure(one: Case & { readonly misconfiguration: string; readonly call: string }): Promise<void> {
  const { given, driver, connect } = one
  await given.storedFile(present, contentOf(1, 40))
  const refused = await refusalOf(one, one.misconfiguration, one.call)
  const right = refused !== undefined && errorCodeOf(refused.reason) !== "PathNotFound"
  expectThat(driver, right, `${one.call} to fail, and not as PathNotFound`, refused?.message ?? "success")
  const again = await connect()
  await expectListing(again, "/folder", [present])
  await expectContent(again, present, contentOf(1, 40))
}

const noMissingPath = defineRule({
  id: "errors/misconfigured-is-not-missing",
  level: "MAY",
  statement:
    "On a storage that is misconfigured as the driver's module tells, every call to it fails, never as PathNotFound, and changes nothing.",
  why: "Garbage collection takes 'not found' for an empty repository: a key that was refused would have it delete what is in use.",
  source:
    "the driver module's misconfigurations; storagedriver.go, PathNotFoundError; registry/storage/garbagecollect.go, which passes over what is not found",
  needs: [misconfigurations],
  check: async (context: RuleContext) => {
    await forEach(casesOf(context), expectFailure)(context)
  },
})

/** Whose errors come as errors of the driver: those of a writer's calls and of a stream Distribution's wrapper lets pass as they are. */
const wrapped: ReadonlySet<string> = new Set([
  "getContent",
  "putContent",
  "reader",
  "writer",
  "stat",
  "list",
  "move",
  "delete",
  "walk",
])

const driverName = defineRule({
  id: "errors/misconfigured-names-the-driver",
  level: "SHOULD",
  statement:
    "On a storage that is misconfigured as the driver's module tells, what a call fails with is an error of the contract that carries the driver's name.",
  why: "An error of an SDK says neither which storage refused nor which file was asked for, and callers would have to know every SDK.",
  source: "base/base.go, setDriverName, which puts every error that is none of the contract into an Error of the driver",
  needs: [misconfigurations],
  check: async (context: RuleContext) => {
    await forEach(casesOf(context), async (one) => {
      const refused = await refusalOf(one, one.misconfiguration, one.call)
      if (refused !== undefined && wrapped.has(refused.call.method)) expectErrorOfDriver(one.driver, one.call, refused)
    })(context)
    if (context.evidence.checks === 0) throw new NotForThis("what is misconfigured fails before any call is made")
  },
})

function expectErrorOfDriver(driver: ObservedDriver, call: string, { reason, message }: CallFailed): void {
  const named = propertyOf(reason, "driverName")
  const right = errorCodeOf(reason) !== undefined && named === driver.name
  const actual = errorCodeOf(reason) === undefined ? message : `${message}, of the driver ${quote(String(named))}`
  expectThat(driver, right, `${call} to fail with an error of the driver ${quote(driver.name)}`, actual)
}

export const rules: readonly Rule[] = [noMissingPath, driverName]
