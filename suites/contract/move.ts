import { content, contents } from "../../fixtures/arbitraries/content.ts"
import { unrelatedPaths } from "../../fixtures/arbitraries/paths.ts"
import { type Content, contentOf } from "../../fixtures/content.ts"
import { forAll, forEach, inTurn } from "../execution/for-all.ts"
import type { Case } from "../execution/rule-context.ts"
import { expectContent, expectMissing, expectRefusal, expectRejection, expectSize } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

const contentArrives = defineRule({
  id: "move/content-arrives",
  level: "MUST",
  statement: "After a move the destination holds the source's content, with its size.",
  why: "The registry moves every upload to its digest; a blob that arrives cut or empty poisons that digest for good.",
  source: "storagedriver.go, Move; testsuites.go, TestMove",
  check: inTurn(
    forEach([{ length: 1024 * 1024 }], (one) => moveAndRead(one, "/uploads/data", "/blobs/data", contentOf(1, one.length))),
    forAll({ paths: unrelatedPaths(2), content: content() }, (one) => moveAndRead(one, ...one.paths, one.content)),
  ),
})

async function moveAndRead({ given, driver }: Case, source: string, destination: string, content: Content): Promise<void> {
  await given.file(source, content)
  await driver.move(source, destination)
  await expectContent(driver, destination, content)
  await expectSize(driver, destination, content.length)
}

const removesTheSource = defineRule({
  id: "move/removes-the-source",
  level: "MUST",
  statement: "After a move nothing is left at the source.",
  why: "What stays behind is paid for, and looks like an upload that goes on.",
  source: "storagedriver.go, Move; testsuites.go, TestMove",
  check: inTurn(
    forAll({ paths: unrelatedPaths(2), content: content() }, async ({ given, driver, paths: [source, destination], content }) => {
      await given.storedFile(source, content)
      await driver.move(source, destination)
      await expectMissing(driver, source)
    }),
    forAll(
      { paths: unrelatedPaths(2), contents: contents(2) },
      async ({ given, driver, paths: [source, destination], contents: [moved, replaced] }) => {
        await given.file(destination, replaced)
        await given.storedFile(source, moved)
        await driver.move(source, destination)
        await expectMissing(driver, source)
      },
      { runs: 5 },
    ),
  ),
})

const replacesTheDestination = defineRule({
  id: "move/replaces-the-destination",
  level: "MUST",
  statement: "A move onto a file that is there puts the source's content in its place.",
  why: "Two clients push the same layer at the same time, and the second one must not fail.",
  source: "testsuites.go, TestMoveOverwrite",
  check: forAll(
    { paths: unrelatedPaths(2), contents: contents(2) },
    async ({ given, driver, paths: [source, destination], contents: [moved, replaced] }) => {
      await given.file(destination, replaced)
      await given.file(source, moved)
      await driver.move(source, destination)
      await expectContent(driver, destination, moved)
      await expectSize(driver, destination, moved.length)
    },
  ),
})

const missingSource = defineRule({
  id: "move/missing-source-is-path-not-found",
  level: "MUST",
  statement: "A move from where nothing is rejects with PathNotFoundError.",
  why: "The registry tells an upload that is gone from a storage that fails by it.",
  source: "storagedriver.go, PathNotFoundError; testsuites.go, TestMoveNonexistent",
  check: forAll({ paths: unrelatedPaths(3) }, async ({ given, driver, paths: [witness, source, destination] }) => {
    await given.storedFile(witness, contentOf(1, 16))
    await expectRefusal(driver, () => driver.move(source, destination), "PathNotFound")
  }),
})

const missingSourceIsNamed = defineRule({
  id: "move/missing-source-is-named",
  level: "SHOULD",
  statement: "The PathNotFoundError of a move from where nothing is names the source.",
  why: "An operator looks for what is missing where the error says, and finds the destination, which is nobody's business yet.",
  source:
    "storagedriver.go, PathNotFoundError, whose Path is the one that is not there; two of five shipping drivers name another, and no test looks",
  check: forAll({ paths: unrelatedPaths(3) }, async ({ given, driver, paths: [witness, source, destination] }) => {
    await given.storedFile(witness, contentOf(1, 16))
    await expectRefusal(driver, () => driver.move(source, destination), "PathNotFound", source)
  }),
})

const missingSourceSparesTheDestination = defineRule({
  id: "move/missing-source-spares-the-destination",
  level: "MUST",
  statement: "A move from where nothing is leaves the file at the destination as it was.",
  why: "A push that is finished twice would otherwise destroy the blob that the first one stored.",
  source: "testsuites.go, TestMoveNonexistent",
  check: forAll(
    { paths: unrelatedPaths(2), content: content() },
    async ({ given, driver, paths: [source, destination], content }) => {
      await given.storedFile(destination, content)
      await expectRejection(driver, () => driver.move(source, destination), "the move of what is not there to reject")
      await expectContent(driver, destination, content)
    },
  ),
})

const belowAFile = defineRule({
  id: "move/below-a-file-rejects",
  level: "MUST",
  statement: "A move from a path below a file rejects, and leaves the file as it was.",
  why: "A driver that answers well here has moved something else, or nothing.",
  source: "testsuites.go, TestMoveInvalid: any error",
  check: forAll(
    { paths: unrelatedPaths(2), content: content() },
    async ({ given, driver, paths: [file, destination], content }) => {
      await given.storedFile(file, content)
      await expectRejection(driver, () => driver.move(`${file}/below`, destination), "the move of what is not there to reject")
      await expectContent(driver, file, content)
    },
  ),
})

export const rules: readonly Rule[] = [
  contentArrives,
  removesTheSource,
  replacesTheDestination,
  missingSource,
  missingSourceIsNamed,
  missingSourceSparesTheDestination,
  belowAFile,
]
