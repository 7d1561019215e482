import { defectiveSuffix } from "../../fixtures/arbitraries/paths.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { CallFailed } from "../execution/failures.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { expectContent, expectListing, expectRefusal, expectThat, readFrom } from "../expect.ts"
import { ownStorage } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"

type Call = (driver: ObservedDriver, path: string, signal?: AbortSignal) => Promise<unknown>

const options = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } => (signal === undefined ? {} : { signal })

/** Every call that takes a path, by name. Those on the file at "/folder/file" would succeed. */
const callsWithPath: Readonly<Record<string, Call>> = {
  getContent: (driver, path, signal) => driver.getContent(path, options(signal)),
  putContent: (driver, path, signal) => driver.putContent(path, bytesOf(contentOf(2, 8)), options(signal)),
  reader: async (driver, path, signal) => (signal === undefined ? readFrom(driver, path) : driver.reader(path, { signal })),
  writer: (driver, path, signal) => driver.writer(path, options(signal)),
  stat: (driver, path, signal) => driver.stat(path, options(signal)),
  list: (driver, path, signal) => driver.list(path, options(signal)),
  "move from": (driver, path, signal) => driver.move(path, "/folder/elsewhere", options(signal)),
  "move to": (driver, path, signal) => driver.move("/folder/file", path, options(signal)),
  delete: (driver, path, signal) => driver.delete(path, options(signal)),
  redirectURL: (driver, path, signal) => driver.redirectURL(path, options(signal)),
  walk: (driver, path, signal) => driver.walk(path, () => undefined, options(signal)),
}

const invalidEverywhere = defineRule({
  id: "errors/invalid-path-in-every-method",
  level: "MUST",
  statement: "Every method refuses a path outside the grammar with InvalidPathError for it, and changes nothing.",
  why: "What one method refuses and another one takes can be stored and never read, or deleted and never listed.",
  source: "storagedriver.go, InvalidPathError; base/base.go checks the path in front of each method",
  check: inTurn(
    forEach(
      () => ["relative", "doubled slash"].map((defect) => ({ defect })),
      async ({ given, driver, defect }) => {
        await given.storedFile("/folder/file", contentOf(1, 16))
        const full = `${driver.observation.prefix}/folder/file`
        // They cannot carry the prefix, so they have it in them: a driver that cleans them up comes to the case's own file.
        await refuseEverywhere(driver, driver.bare, defect === "relative" ? full.slice(1) : `/${full}`)
      },
    ),
    forAll(
      { suffix: defectiveSuffix() },
      async ({ given, driver, suffix }) => {
        await given.storedFile("/folder/file", contentOf(1, 16))
        await refuseEverywhere(driver, driver, `/folder${suffix}`)
      },
      { runs: 8 },
    ),
  ),
})

/** @param caller makes the calls on the path, with or without a prefix */
async function refuseEverywhere(driver: ObservedDriver, caller: ObservedDriver, path: string): Promise<void> {
  for (const call of Object.values(callsWithPath)) await expectRefusal(caller, () => call(caller, path), "InvalidPath", path)
  await expectListing(driver, "/folder", ["/folder/file"])
  await expectContent(driver, "/folder/file", contentOf(1, 16))
}

/** Methods that take "/", which is a folder. */
const ofFolders: readonly string[] = ["stat", "list", "walk"]

const rootIsNoFile = defineRule({
  id: "errors/root-in-methods-of-files",
  level: "MUST",
  statement:
    'Every method refuses the empty path, and every one but stat, list and walk "/", with InvalidPathError for it, and changes nothing.',
  why: "A path that came out empty by mistake must not have the whole registry deleted.",
  source: 'base/base.go, whose checks let Stat, List and Walk alone take "/"; storagedriver.go, PathRegexp',
  needs: [ownStorage],
  check: forEach(
    () =>
      ["", "/"].flatMap((path) => {
        const methods = Object.keys(callsWithPath).filter((method) => path === "" || !ofFolders.includes(method))
        return methods.map((method) => ({ path, method }))
      }),
    async ({ given, driver, path, method }) => {
      await given.storedFile("/folder/file", contentOf(1, 16))
      await expectRefusal(driver.bare, async () => callsWithPath[method]?.(driver.bare, path), "InvalidPath", path)
      await expectListing(driver, "/folder", ["/folder/file"])
      await expectContent(driver, "/folder/file", contentOf(1, 16))
    },
  ),
})

type WriterCall = (writer: ObservedWriter, signal: AbortSignal) => Promise<void>

/** Every call on a writer, by name. */
const callsOnWriter: Readonly<Record<string, WriterCall>> = {
  "writer: write": (writer, signal) => writer.write(bytesOf(contentOf(3, 8)), { signal }),
  "writer: commit": (writer, signal) => writer.commit({ signal }),
  "writer: close": (writer, signal) => writer.close({ signal }),
  "writer: cancel": (writer, signal) => writer.cancel({ signal }),
}

const names = [...Object.keys(callsWithPath), ...Object.keys(callsOnWriter)].map((method) => ({ method }))

/** The call of this name, ready to be made with a signal. */
async function prepared(driver: ObservedDriver, method: string): Promise<(signal: AbortSignal) => Promise<unknown>> {
  const onWriter = callsOnWriter[method]
  if (onWriter === undefined) return async (signal) => callsWithPath[method]?.(driver, "/folder/file", signal)
  const writer = await setUp(async () => {
    const opened = await driver.writer("/uploads/data")
    await opened.write(bytesOf(contentOf(2, 8)))
    return opened
  })
  return (signal) => onWriter(writer, signal)
}

const abortedBefore = defineRule({
  id: "errors/aborted-before-the-call",
  level: "SHOULD",
  statement: "A call whose signal is aborted already rejects with the signal's reason, and changes nothing.",
  why: "A caller that has gone away must not delete or overwrite anything any more.",
  source:
    "the contract of this suite, CallOptions; the registry hands each request's context to the driver, and some drivers ignore it",
  check: forEach(names, async ({ given, driver, method }) => {
    await given.storedFile("/folder/file", contentOf(1, 16))
    const call = await prepared(driver, method)
    const reason = new Error("the caller has gone")
    const rejection = await call(AbortSignal.abort(reason)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (rejection !== undefined && !(rejection instanceof CallFailed)) throw rejection
    const got = rejection?.reason
    expectThat(driver, got === reason, "the signal's reason", rejection === undefined ? "success" : rejection.message)
    await expectListing(driver, "/folder", ["/folder/file"])
    await expectContent(driver, "/folder/file", contentOf(1, 16))
  }),
})

export const rules: readonly Rule[] = [invalidEverywhere, rootIsNoFile, abortedBefore]
