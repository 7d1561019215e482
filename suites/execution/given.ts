import { bytesOf, type Content, contentOf, firstDifference } from "../../fixtures/content.ts"
import { describeContent, diagnose } from "../../fixtures/content-diagnosis.ts"
import { CallFailed, CallHung, RuleBroken, SetUpFailed } from "./failures.ts"
import type { ObservedDriver } from "./observed-driver.ts"
import { quote } from "./rendering.ts"

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

  /**
   * A file with this content that was seen to be there, for rules that look for a refusal or for nothing: on a driver that stores
   * nothing they would see what they look for.
   */
  storedFile(path: string, content: Content): Promise<void> {
    return setUp(async () => {
      await this.#driver.putContent(path, bytesOf(content))
      const bytes = await this.#driver.getContent(path)
      const stored = bytes.length === content.length && firstDifference(content, 0, bytes) === undefined
      if (!stored) throw new RuleBroken(`${describeContent(content)} at ${quote(path)}`, diagnose(content, 0, bytes))
    })
  }

  /** Small files with contents of their own, which are given; sixteen at a time, for rules that need many. */
  files(paths: readonly string[]): Promise<readonly Content[]> {
    return setUp(async () => {
      const contents = paths.map((_, index) => contentOf(index + 1, 24))
      const queue = contents.entries()
      const work = async (): Promise<void> => {
        for (const [index, content] of queue) await this.#driver.putContent(paths[index] ?? "", bytesOf(content))
      }
      await Promise.all(Array.from({ length: 16 }, work))
      return contents
    })
  }

  /** A file with this content that a writer made. */
  committedUpload(path: string, content: Content): Promise<void> {
    return setUp(async () => {
      const writer = await this.#driver.writer(path)
      await writer.write(bytesOf(content))
      await writer.commit()
      await writer.close()
    })
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
    if (reason instanceof CallFailed || reason instanceof RuleBroken || reason instanceof CallHung) throw new SetUpFailed(reason)
    throw reason
  }
}
