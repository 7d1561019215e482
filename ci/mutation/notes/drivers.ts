import { beyond, equivalent, type Note, notesOn } from "../note.ts"

export const drivers: readonly Note[] = [
  ...notesOn(
    "drivers/base.ts",
    equivalent("A URL may be given for another method, as long as it only reads.", [
      'if (method !== "GET" && method !== "HEAD")',
      "false",
    ]),
    beyond("Shows where closing fails, which it does on no driver certified here; base.test.ts.", [
      "await boxed({ driverName: this.name }, async () => this.#driver.close?.())",
      "{}",
    ]),
    equivalent("Whether a call succeeds after close, commit or cancel is undefined.", [
      'if (this.#state !== "open" && !(this.#state === "committed"',
      "false",
      "true",
      "{}",
      'this.#state === "committed" || method === "close"',
    ]),
    equivalent("A walk may reject with an error that the visitor's caused.", ["throw thrown === undefined ?", "true"]),
    equivalent(
      "A call may reject with the reason of its signal, once that has aborted, whatever else went wrong.",
      "if (signal?.aborted && (error === signal.reason",
      "return error instanceof Error && error.name",
    ),
    equivalent("The error of a writer's call need not name the driver: Distribution's wrapper lets it pass as it is.", [
      "throw new StorageDriverError({",
      "{}",
    ]),
    beyond(
      "Rules take it that a stream whose signal is aborted is given whole; base.test.ts.",
      "function destroyWhenAborted(",
      "if (signal === undefined) return",
      "const abort = () => stream.destroy(signal.reason)",
    ),
    beyond(
      "What is held for a stream that nobody reads any more; base.test.ts.",
      "signal.throwIfAborted()",
      'stream.once("close", () => signal',
    ),
    equivalent("A signal aborts once.", 'signal.addEventListener("abort", abort, { once: true })'),
  ),
  ...notesOn(
    "drivers/walk.ts",
    equivalent(
      "All that is below such an entry comes before the start too: it costs calls, and nothing is reported.",
      'if (place === "before") continue',
    ),
    equivalent("The start itself was told before.", [
      'return byComponents(entry) > byComponents(start) ? "after" : "before"',
      "byComponents(entry) >= byComponents(start)",
    ]),
    beyond("A directory that is deleted between the report of it and the look into it; walk.test.ts.", [
      "return children === undefined ?",
      "false",
    ]),
  ),
]
