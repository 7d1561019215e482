import type { CallOptions, FileWriter } from "../../drivers/contract.ts"
import { describeReason, RuleBroken } from "./failures.ts"
import { type Observation, observe } from "./observation.ts"
import { renderContent } from "./rendering.ts"

export interface WriterOrigin {
  readonly observation: Observation
  readonly instance: number
  /** The path as the rule knows it, quoted. */
  readonly name: string
  /** The path as the driver knows it. */
  readonly path: string
}

/** A writer as a rule sees it. */
export class ObservedWriter implements FileWriter {
  readonly #writer: FileWriter
  readonly #origin: WriterOrigin
  #finished = false
  /** Bytes that were handed over: finishing may have to bring all of them somewhere. */
  #handedOver = 0

  constructor(writer: FileWriter, origin: WriterOrigin) {
    this.#writer = writer
    this.#origin = origin
  }

  /** Whether it was committed or cancelled. */
  get finished(): boolean {
    return this.#finished
  }

  /** @throws RuleBroken where the driver gives no whole number of bytes */
  get size(): number {
    const size = sizeOf(this.#writer)
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
      throw new RuleBroken("a writer's size as a whole number of bytes", String(size))
    }
    return size
  }

  write(chunk: Uint8Array, options?: CallOptions): Promise<void> {
    this.#handedOver += chunk.byteLength
    return this.#call("write", [renderContent(chunk)], () => this.#writer.write(chunk, options), chunk.byteLength)
  }

  close(options?: CallOptions): Promise<void> {
    return this.#call("close", [], () => this.#writer.close(options), this.#handedOver)
  }

  async cancel(options?: CallOptions): Promise<void> {
    await this.#call("cancel", [], () => this.#writer.cancel(options))
    this.#finish()
  }

  async commit(options?: CallOptions): Promise<void> {
    await this.#call("commit", [], () => this.#writer.commit(options), this.#handedOver)
    this.#finish()
  }

  #finish(): void {
    this.#finished = true
    this.#origin.observation.uploads.ended(this.#origin.path)
  }

  #call(method: string, callArguments: readonly string[], make: () => Promise<void>, bytes = 0): Promise<void> {
    const { observation, instance, name } = this.#origin
    return observe(
      observation,
      { instance, method: `writer of ${name}: ${method}`, arguments: callArguments, bytes, render: () => "ok" },
      make,
    )
  }
}

function sizeOf(writer: FileWriter): unknown {
  try {
    return writer.size
  } catch (reason) {
    throw new RuleBroken("a writer's size", `a getter that throws ${describeReason(reason)}`)
  }
}
