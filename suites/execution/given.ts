import { bytesOf, type Content } from "../../fixtures/content.ts"
import { CallFailed, RuleBroken, SetUpFailed } from "./failures.ts"
import type { ObservedDriver } from "./observed-driver.ts"

/**
 * What a rule stands on, prepared in the simplest way there is. What fails here is reported as a set-up that failed, never as the
 * rule broken.
 */
export class Given {
  readonly #driver: ObservedDriver

  constructor(driver: ObservedDriver) {
    this.#driver = driver
  }

  /** A file with this content. */
  file(path: string, content: Content): Promise<void> {
    return setUp(() => this.#driver.putContent(path, bytesOf(content)))
  }

  /** An upload of this content that was closed, and not committed. */
  closedUpload(path: string, content: Content): Promise<void> {
    return setUp(async () => {
      const writer = await this.#driver.writer(path)
      await writer.write(bytesOf(content))
      await writer.close()
    })
  }
}

/** Runs a piece of set-up, for what {@link Given} has no word for. */
export async function setUp<Value>(prepare: () => Promise<Value>): Promise<Value> {
  try {
    return await prepare()
  } catch (reason) {
    if (reason instanceof CallFailed || reason instanceof RuleBroken) throw new SetUpFailed(reason)
    throw reason
  }
}
