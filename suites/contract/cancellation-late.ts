import { setTimeout as passes } from "node:timers/promises"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { describeCount } from "../../fixtures/content-diagnosis.ts"
import { once } from "../execution/for-all.ts"
import { expectContent, expectMissing, expectStream, expectThat } from "../expect.ts"
import { defineRule, type Rule } from "../rule.ts"

/** Milliseconds for what a driver may still do when a signal is aborted. */
const aWhile = 20

const afterTheCall = defineRule({
  id: "cancellation/after-the-call-changes-nothing",
  level: "SHOULD",
  statement:
    "A signal that is aborted when its call has succeeded changes nothing of what the call did; that of writer covers the opening alone.",
  why: "A server aborts the signal of each request when it has been answered, of the good ones too.",
  source: "the contract of this suite, CallOptions; net/http, Request.Context, which is cancelled when the handler returns",
  check: once(async ({ given, driver, connect }) => {
    let controllers: AbortController[] = []
    const signal = (): { readonly signal: AbortSignal } => {
      const controller = new AbortController()
      controllers.push(controller)
      return { signal: controller.signal }
    }
    const abortAll = async (): Promise<void> => {
      for (const controller of controllers) controller.abort(new Error("the caller has gone"))
      controllers = []
      await passes(aWhile)
    }
    const whole = contentOf(1, 600)
    await given.file("/source", contentOf(2, 300))
    await driver.putContent("/put", bytesOf(contentOf(3, 300)), signal())
    await driver.move("/source", "/moved", signal())
    const first = await driver.writer("/upload", signal())
    await abortAll()
    await first.write(bytesOf(whole, 0, 200), signal())
    await abortAll()
    await first.write(bytesOf(whole, 200, 400))
    await first.close(signal())
    await abortAll()
    const second = await (await connect()).writer("/upload", { append: true, ...signal() })
    expectThat(driver, second.size === 400, "the upload to have 400 bytes", describeCount(second.size))
    await abortAll()
    await second.write(bytesOf(whole, 400))
    await second.commit(signal())
    await abortAll()
    await second.close(signal())
    await abortAll()
    await expectContent(driver, "/upload", whole)
    await expectContent(driver, "/put", contentOf(3, 300))
    await expectContent(driver, "/moved", contentOf(2, 300))
    await expectMissing(driver, "/source")
    await driver.getContent("/put", signal())
    await abortAll()
    await expectStream(driver, "/put", contentOf(3, 300))
  }),
})

export const rules: readonly Rule[] = [afterTheCall]
