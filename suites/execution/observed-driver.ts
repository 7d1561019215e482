import type { Readable } from "node:stream"
import type {
  CallOptions,
  FileInfo,
  ReaderOptions,
  RedirectOptions,
  StorageDriver,
  WalkFunction,
  WalkOptions,
  WriterOptions,
} from "../../drivers/contract.ts"
import { CallFailed, CallHung, looksLikeNetworkFailure, RuleBroken } from "./failures.ts"
import { type Observation, observe, prefixed, unprefixed } from "./observation.ts"
import { registerStream } from "./observed-stream.ts"
import { ObservedWriter } from "./observed-writer.ts"
import {
  quote,
  renderBytes,
  renderContent,
  renderFlags,
  renderInfo,
  renderNothing,
  renderPaths,
  renderStream,
  renderURL,
  renderWriter,
} from "./rendering.ts"
import { type OffTheClock, withinEachStep } from "./time-limits.ts"

/** Entries after which a walk counts as endless; the rules store a thousandth of them. */
const mostEntries = 1_000_000

/**
 * A driver as a rule sees it: a prefix in front of every path, each call recorded and with a time limit, each value held against the
 * contract's types. Its calls reject with CallFailed, whose `reason` is what the driver rejected with.
 */
export class ObservedDriver implements StorageDriver {
  readonly observation: Observation
  readonly instance: number
  readonly #driver: StorageDriver
  readonly #streams = new Set<Readable>()
  readonly #writers: ObservedWriter[] = []
  #closed: Promise<void> | undefined

  constructor(driver: StorageDriver, instance: number, observation: Observation) {
    this.#driver = driver
    this.instance = instance
    this.observation = observation
  }

  get name(): string {
    return this.#driver.name
  }

  /** The same instance without a prefix, for the storage's own root and for paths that cannot carry one. */
  get bare(): ObservedDriver {
    return new ObservedDriver(this.#driver, this.instance, { ...this.observation, prefix: "" })
  }

  /** Streams that were handed out, to be destroyed when the case ends. */
  get streams(): ReadonlySet<Readable> {
    return this.#streams
  }

  /** Writers that were neither committed nor cancelled. */
  get unfinishedWriters(): readonly ObservedWriter[] {
    return this.#writers.filter((writer) => !writer.finished)
  }

  getContent(path: string, options?: CallOptions): Promise<Uint8Array> {
    return this.#call("getContent", [quote(path), ...renderFlags(options)], renderBytes, () =>
      this.#driver.getContent(this.#full(path), options),
    )
  }

  putContent(path: string, content: Uint8Array, options?: CallOptions): Promise<void> {
    return this.#call(
      "putContent",
      [quote(path), renderContent(content), ...renderFlags(options)],
      renderNothing,
      () => this.#driver.putContent(this.#full(path), content, options),
      content.byteLength,
    )
  }

  async reader(path: string, options?: ReaderOptions): Promise<Readable> {
    const stream = await this.#call("reader", [quote(path), ...renderFlags(options)], renderStream, () =>
      this.#driver.reader(this.#full(path), options),
    )
    this.#streams.add(stream)
    registerStream(stream, { observation: this.observation, instance: this.instance, path: quote(path) })
    return stream
  }

  async writer(path: string, options?: WriterOptions): Promise<ObservedWriter> {
    const full = this.#full(path)
    const { uploads } = this.observation
    const begun = uploads.began(full)
    const opening = this.#call("writer", [quote(path), ...renderFlags(options)], renderWriter, () =>
      this.#driver.writer(full, options),
    )
    const writer = await opening.catch((reason: unknown) => {
      // Refused is not begun; where the network failed, or nothing came back, it may have been begun all the same.
      if (begun && reason instanceof CallFailed && !looksLikeNetworkFailure(reason.reason)) uploads.ended(full)
      throw reason
    })
    const observed = new ObservedWriter(writer, {
      observation: this.observation,
      instance: this.instance,
      name: quote(path),
      path: full,
    })
    this.#writers.push(observed)
    return observed
  }

  async stat(path: string, options?: CallOptions): Promise<FileInfo> {
    const info = await this.#call(
      "stat",
      [quote(path), ...renderFlags(options)],
      (value) => renderInfo(value, this.observation.prefix),
      () => this.#driver.stat(this.#full(path), options),
    )
    return { ...info, path: unprefixed(this.observation.prefix, info.path) }
  }

  async list(path: string, options?: CallOptions): Promise<string[]> {
    const { prefix } = this.observation
    const listed = await this.#call(
      "list",
      [quote(path), ...renderFlags(options)],
      (value) => renderPaths(value, prefix),
      () => this.#driver.list(this.#full(path), options),
    )
    return listed.map((entry) => unprefixed(prefix, entry))
  }

  move(sourcePath: string, destinationPath: string, options?: CallOptions): Promise<void> {
    return this.#call("move", [quote(sourcePath), quote(destinationPath), ...renderFlags(options)], renderNothing, () =>
      this.#driver.move(this.#full(sourcePath), this.#full(destinationPath), options),
    )
  }

  delete(path: string, options?: CallOptions): Promise<void> {
    return this.#call("delete", [quote(path), ...renderFlags(options)], renderNothing, () =>
      this.#driver.delete(this.#full(path), options),
    )
  }

  redirectURL(path: string, options?: RedirectOptions): Promise<string | undefined> {
    return this.#call("redirectURL", [quote(path), ...renderFlags(options)], renderURL, () =>
      this.#driver.redirectURL(this.#full(path), options),
    )
  }

  /** Each entry has the time of a call, and what the visitor does is not counted: drivers may ask for every entry by itself. */
  walk(path: string, visit: WalkFunction, options?: WalkOptions): Promise<void> {
    const { prefix, limits } = this.observation
    let visited = 0
    const startAfter = options?.startAfter
    const fullOptions = startAfter === undefined ? options : { ...options, startAfter: this.#full(startAfter) }
    return observe(
      this.observation,
      {
        instance: this.instance,
        method: "walk",
        arguments: [quote(path), ...renderFlags(options)],
        limitsItself: true,
        render: () => `${visited} entries`,
      },
      (call) => {
        const walk = (offTheClock: OffTheClock): Promise<void> =>
          this.#driver.walk(
            this.#full(path),
            (info) => {
              visited++
              if (visited > mostEntries) throw new RuleBroken("walk to end", `more than ${mostEntries} entries`)
              renderInfo(info, prefix)
              return offTheClock(() => visit({ ...info, path: unprefixed(prefix, info.path) }))
            },
            fullOptions,
          )
        return withinEachStep(limits.call, walk, () => new CallHung(call, limits.call))
      },
    )
  }

  /** Closes the instance; where a rule has done so, there is nothing left to close after it. */
  close(): Promise<void> {
    this.#closed ??= this.#call("close", [], renderNothing, () => this.#driver.close?.())
    return this.#closed
  }

  #full(path: string): string {
    return prefixed(this.observation.prefix, path)
  }

  #call<Value>(
    method: string,
    callArguments: readonly string[],
    render: (value: Value) => string,
    make: () => Value | Promise<Value>,
    bytes = 0,
  ): Promise<Value> {
    return observe(this.observation, { instance: this.instance, method, arguments: callArguments, render, bytes }, make)
  }
}
