import { bytesOf, type Content, contentOf, firstDifference } from "../../fixtures/content.ts"
import { describeContent, describeCount, diagnose } from "../../fixtures/content-diagnosis.ts"
import { abortDuring, type CallWithSignal, moments } from "../abort-during.ts"
import { blockSizeOf } from "../block-size.ts"
import { forEach } from "../execution/for-all.ts"
import { setUp } from "../execution/given.ts"
import type { ObservedDriver } from "../execution/observed-driver.ts"
import type { ObservedWriter } from "../execution/observed-writer.ts"
import { quote } from "../execution/rendering.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectContent, expectRefusalOrValue, expectThat, mayReject } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/** A content, or nothing. */
type State = Content | undefined

/** A call that changes what is stored. */
interface Change {
  readonly prepare: (one: Case, folder: string) => Promise<CallWithSignal>
  /** By path below its folder, what may be found there when it was aborted; the last is what it was to leave. */
  readonly states: Readonly<Record<string, readonly State[]>>
  /** What one of these paths holds in any case, for a change that must lose nothing. */
  readonly kept?: Content
}

const length = 300_000
const old = contentOf(1, length, 1)
const replacing = contentOf(1, length + 5, 2)
const other = contentOf(2, length - 5)

async function preparedCommit(driver: ObservedDriver, path: string): Promise<CallWithSignal> {
  const writer = await setUp(async () => {
    const opened = await driver.writer(path)
    await opened.write(bytesOf(replacing))
    return opened
  })
  return (options) => writer.commit(options)
}

const treeNames = ["/file/a", "/file/b", "/file/c/d", "/file/c/e", "/file/f"]

const changes: Readonly<Record<string, Change>> = {
  "putContent, new": {
    prepare:
      async ({ driver }, folder) =>
      (options) =>
        driver.putContent(`${folder}/file`, bytesOf(replacing), options),
    states: { "/file": [undefined, replacing] },
  },
  "putContent, over a file": {
    prepare: async ({ given, driver }, folder) => {
      await given.file(`${folder}/file`, old)
      return (options) => driver.putContent(`${folder}/file`, bytesOf(replacing), options)
    },
    states: { "/file": [old, replacing] },
  },
  "commit, new": {
    prepare: ({ driver }, folder) => preparedCommit(driver, `${folder}/file`),
    states: { "/file": [undefined, replacing] },
  },
  "delete, of a file": {
    prepare: async ({ given, driver }, folder) => {
      await given.file(`${folder}/file`, old)
      return (options) => driver.delete(`${folder}/file`, options)
    },
    states: { "/file": [old, undefined] },
  },
  "delete, of a folder": {
    prepare: async ({ given, driver }, folder) => {
      for (const [index, name] of treeNames.entries()) await given.file(folder + name, contentOf(index + 3, 50))
      return (options) => driver.delete(`${folder}/file`, options)
    },
    states: Object.fromEntries(treeNames.map((name, index) => [name, [contentOf(index + 3, 50), undefined]])),
  },
  move: {
    prepare: async ({ given, driver }, folder) => {
      await given.file(`${folder}/source`, old)
      return (options) => driver.move(`${folder}/source`, `${folder}/destination`, options)
    },
    states: { "/source": [old, undefined], "/destination": [undefined, old] },
    kept: old,
  },
  // What is left of the older content after a move that failed is undefined.
  "move, over a file": {
    prepare: async ({ given, driver }, folder) => {
      await given.file(`${folder}/source`, old)
      await given.file(`${folder}/destination`, other)
      return (options) => driver.move(`${folder}/source`, `${folder}/destination`, options)
    },
    states: { "/source": [old, undefined], "/destination": [undefined, other, old] },
    kept: old,
  },
}

function changeOf(name: string): Change {
  const change = changes[name]
  if (change === undefined) throw new Error(`there is no change ${name}`)
  return change
}

const source = "the contract of this suite, CallOptions; the registry hands each request's context to the driver"

const oldOrNew = defineRule({
  id: "cancellation/leaves-the-old-or-the-new",
  level: "SHOULD",
  statement:
    "What a call was to change that was aborted while it ran is as it was or as it was to be, each file whole, and a file to be moved is not lost.",
  why: "Clients break off at any moment, and the registry takes what it finds at a path for whole.",
  source: `${source}; registry/storage/blobwriter.go, moveBlob, which trusts what is there`,
  check: forEach(
    Object.keys(changes).flatMap((change) => moments.map((moment) => ({ change, moment }))),
    async (one) => {
      const { given, driver } = one
      const { prepare, states, kept } = changeOf(one.change)
      await given.storedFile("/witness", contentOf(9, 16))
      const { succeeded } = await abortDuring(one.moment, (folder) => prepare(one, folder))
      const found: State[] = []
      for (const [name, possible] of Object.entries(states)) {
        found.push(await expectState(driver, `/aborted${name}`, succeeded ? possible.slice(-1) : possible))
      }
      const isKept = kept === undefined || found.includes(kept)
      expectThat(driver, isKept, "the file to be at its source or at its destination", "it at neither")
      await expectContent(driver, "/witness", contentOf(9, 16))
    },
  ),
})

/** One of the states is found at the path, and given. */
async function expectState(driver: ObservedDriver, path: string, states: readonly State[]): Promise<State> {
  const bytes = await expectRefusalOrValue(driver, () => driver.getContent(path), "PathNotFound", path)
  const expected = `${states.map((state) => (state === undefined ? "nothing" : describeContent(state))).join(" or ")} at ${quote(path)}`
  if (bytes === undefined) {
    expectThat(driver, states.includes(undefined), expected, "nothing")
    return undefined
  }
  const contents = states.filter((state) => state !== undefined)
  const found = contents.find((content) => bytes.length === content.length && firstDifference(content, 0, bytes) === undefined)
  const [first] = contents
  expectThat(driver, found !== undefined, expected, first === undefined ? describeCount(bytes.length) : diagnose(first, 0, bytes))
  return found
}

const uploadGoesOn = defineRule({
  id: "cancellation/an-upload-goes-on-where-it-broke-off",
  level: "SHOULD",
  statement:
    "An upload of which a write was aborted is resumed at a byte that was handed over, or begun anew, and ends with the right content.",
  why: "A client whose connection broke asks how far the upload has come, and sends the rest from there.",
  source: `${source}; registry/handlers/blobupload.go`,
  check: forEach(
    moments.map((moment) => ({ moment })),
    async ({ driver, connect, capabilities, moment }) => {
      const first = 1_000
      const whole = contentOf(1, first + blockSizeOf(capabilities) + 5)
      const writers: ObservedWriter[] = []
      await abortDuring(moment, async (folder) => {
        const writer = await setUp(() => driver.writer(`${folder}/file`))
        writers.push(writer)
        await writer.write(bytesOf(whole, 0, first))
        return (options) => writer.write(bytesOf(whole, first), options)
      })
      for (const writer of writers) await mayReject(() => writer.close())
      const instance = await connect()
      const path = "/aborted/file"
      const resume = () => instance.writer(path, { append: true })
      const writer = (await expectRefusalOrValue(instance, resume, "PathNotFound", path)) ?? (await instance.writer(path))
      const { size } = writer
      expectThat(instance, size <= whole.length, `at most the ${describeCount(whole.length)} handed over`, describeCount(size))
      if (size < whole.length) await writer.write(bytesOf(whole, size))
      await writer.commit()
      await writer.close()
      await expectContent(instance, path, whole)
    },
  ),
})

export const rules: readonly Rule[] = [oldOrNew, uploadGoesOn]
