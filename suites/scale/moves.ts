import { contentOf } from "../../fixtures/content.ts"
import { setUp } from "../execution/given.ts"
import { expectMissing } from "../expect.ts"
import { roomFor } from "../needs.ts"
import { defineRule, type Rule } from "../rule.ts"
import { large } from "./large-case.ts"
import { timed } from "./timing.ts"
import { expectWhole, upload } from "./transfer.ts"

const MiB = 1024 ** 2
const path = "/uploads/data"

const keepAll = defineRule({
  id: "large-moves/keep-all",
  level: "MUST",
  statement: "A large object that is moved has every byte at its destination, and nothing is left at the source.",
  why: "The registry moves each layer once, from where it was uploaded to its digest: what is lost then is found by the first pull.",
  source: "storagedriver.go, Move; testsuites.go, TestMove; services copy up to a size in one request and larger ones in parts",
  needs: [roomFor(2)],
  check: large(async (given) => {
    const { driver, extent } = given
    const content = contentOf(22, extent.bytes)
    await setUp(() => upload(driver, path, content))
    await timed(given, `a move of ${Math.round(extent.bytes / MiB).toLocaleString("en-US")} MiB`, () =>
      driver.move(path, "/blobs/by-digest/data"),
    )
    await expectWhole(driver, "/blobs/by-digest/data", content)
    await expectMissing(driver, path)
  }),
})

export const rules: readonly Rule[] = [keepAll]
