import type { Fate } from "./report.ts"

/** Why a mutant survives, and may. */
export interface Note {
  readonly file: string
  /** How the line begins in which the change does, without the white space before it. */
  readonly line: string
  /** What is put in place of something in that line; without it the note is about all mutants of the line. */
  readonly replacement?: string
  /**
   * Equivalent: no caller of the contract can tell it from the original, other than by time and cost. Beyond: what it breaks is
   * promised, and shows only where the suite does not go; the driver's own tests hold it.
   */
  readonly kind: "equivalent" | "beyond"
  readonly why: string
}

const readsADirectory = "What reading a directory, or listing a file, comes to is undefined."
const message = "What a message says is no part of the contract."
const twoWriters = "What becomes of an upload that another writer has replaced or cancelled is undefined."
const wording = "What is expected, in words for the reader."

export const notes: readonly Note[] = [
  {
    file: "drivers/inmemory/chunks.ts",
    line: "for (let start = skipped; start < chunk.byteLength; start += readLength) {",
    replacement: "start <= chunk.byteLength",
    kind: "equivalent",
    why: "A piece without bytes is passed over by the stream.",
  },
  {
    file: "drivers/inmemory/driver.ts",
    line: "return Readable.from(this.#file(path).content.from(options?.offset ?? 0), { objectMode: false })",
    kind: "equivalent",
    why: "Whether a stream is in object mode is left to the driver: the bytes are the same.",
  },
  {
    file: "drivers/inmemory/driver.ts",
    line: "this.#storage.requirePlaceForFile(path)",
    kind: "equivalent",
    why: "A writer below a file, or at a directory, is undefined: it is refused by commit then, and nothing is lost.",
  },
  {
    file: "drivers/inmemory/driver.ts",
    line: 'if (!isDirectory(entry)) throw notFound(path, "is a file, not a directory")',
    kind: "equivalent",
    why: readsADirectory,
  },
  {
    file: "drivers/inmemory/driver.ts",
    line: 'if (isDirectory(entry)) throw notFound(path, "is a directory, not a file")',
    kind: "equivalent",
    why: readsADirectory,
  },
  {
    file: "drivers/inmemory/driver.ts",
    line: "...(reason && { message",
    kind: "equivalent",
    why: message,
  },
  {
    file: "drivers/inmemory/storage.ts",
    line: 'if (!isDirectory(entry)) throw conflict(path, "is below a file")',
    kind: "equivalent",
    why: "It is refused a line below then, as no directory: what the message says is no part of the contract.",
  },
  {
    file: "drivers/inmemory/storage.ts",
    line: "if (entry.size > 0) return",
    kind: "equivalent",
    why: "Whether a directory stays when its last file goes is left to the driver.",
  },
  {
    file: "drivers/inmemory/storage.ts",
    line: "function conflict(",
    kind: "equivalent",
    why: message,
  },
  {
    file: "drivers/inmemory/writer.ts",
    line: "if (this.#isPending) this.#storage.uploads.delete(this.#path)",
    kind: "equivalent",
    why: twoWriters,
  },
  {
    file: "drivers/inmemory/writer.ts",
    line: "this.#requirePending()",
    kind: "equivalent",
    why: twoWriters,
  },
  {
    file: "drivers/walk.ts",
    line: 'if (place === "before") continue',
    kind: "equivalent",
    why: "All that is below such an entry comes before the start too: it costs calls, and nothing is reported.",
  },
  {
    file: "suites/specification/streams.ts",
    line: "if (stream === undefined) return []",
    kind: "equivalent",
    why: "undefined.ts has seen to it that there is a stream.",
  },
  {
    file: "suites/specification/files.ts",
    line: "expected: `a file",
    kind: "equivalent",
    why: wording,
  },
  ...["const shown =", "const more =", "const left =", "return `${sure.length === 0"].map(
    (line): Note => ({ file: "suites/specification/listings.ts", line, kind: "equivalent", why: wording }),
  ),
  ...['accepts: (outcome) => outcome.kind === "rejected"', 'accepts: (outcome) => outcome.kind === "size"'].map(
    (line): Note => ({
      file: "suites/specification/possibility.ts",
      line,
      replacement: "true",
      kind: "equivalent",
      why: "Outcomes of other kinds have neither a code nor a size.",
    }),
  ),
  {
    file: "drivers/walk.ts",
    line: 'return byComponents(entry) > byComponents(start) ? "after" : "before"',
    replacement: "byComponents(entry) >= byComponents(start)",
    kind: "equivalent",
    why: "The start itself was told before.",
  },
  {
    file: "suites/specification/step.ts",
    line: "const expected = made.map(",
    kind: "equivalent",
    why: wording,
  },
  {
    file: "suites/specification/uploads.ts",
    line: 'accepts: (outcome) => outcome.kind === "size"',
    replacement: "true",
    kind: "equivalent",
    why: "Outcomes of other kinds have no size.",
  },
  ...['return call.method === "move" ? [call.destination]', 'return call.method === "move" ? [call.source'].map(
    (line): Note => ({
      file: "suites/specification/undefined.ts",
      line,
      kind: "equivalent",
      why: "Nothing is at a path that is none, which other methods would then be asked about.",
    }),
  ),
  ...[
    "ofAWriter.has(call.method) &&",
    "(ofAStream.has(call.method) &&",
    "applies: (state, call) => reads.has(call.method) &&",
  ].map(
    (line): Note => ({
      file: "suites/specification/undefined.ts",
      line,
      kind: "equivalent",
      why: "These calls have one path.",
    }),
  ),
  {
    file: "suites/specification/undefined.ts",
    line: 'call.method === "move" && (isDirectory(',
    replacement: "true",
    kind: "equivalent",
    why: "Calls of other methods have no source.",
  },
  {
    file: "suites/specification/listings.ts",
    line: "const kept = (entry: string): boolean => skip === undefined",
    replacement: "false",
    kind: "equivalent",
    why: "Nothing is below a directory that is none.",
  },
  {
    file: "suites/specification/listings.ts",
    line: "return (stopAt !== undefined && reported.has(stopAt))",
    replacement: "true",
    kind: "equivalent",
    why: "A path that is none is never reported.",
  },
  {
    file: "suites/specification/interruptions.ts",
    line: "return possibilities[0]?.rule",
    kind: "equivalent",
    why: "A call that is made has a possibility.",
  },
  {
    file: "drivers/walk.ts",
    line: "return children === undefined ?",
    replacement: "false",
    kind: "beyond",
    why: "A directory that is deleted between the report of it and the look into it; walk.test.ts.",
  },
  {
    file: "drivers/filesystem/driver.ts",
    line: 'const parent = path === "/"',
    replacement: "false",
    kind: "equivalent",
    why: "A driver may list nothing for the root, as distribution's gcs driver does.",
  },
  {
    file: "drivers/filesystem/tree.ts",
    line: "() => false,",
    kind: "beyond",
    why: "A root that is unmounted while it is in use; root.test.ts.",
  },
  {
    file: "suites/specification/possibility.ts",
    line: "offset === 0 ?",
    kind: "equivalent",
    why: wording,
  },
  {
    file: "drivers/filesystem/durable.ts",
    line: 'return error instanceof Error && "code" in error',
    replacement: "true",
    kind: "equivalent",
    why: "All that is thrown there is an error with a code, which the compiler does not know.",
  },
  {
    file: "drivers/base.ts",
    line: 'if (method !== "GET" && method !== "HEAD")',
    replacement: "false",
    kind: "equivalent",
    why: "A URL may be given for another method, as long as it only reads.",
  },
  {
    file: "drivers/base.ts",
    line: "await boxed({ driverName: this.name }, async () => this.#driver.close?.())",
    replacement: "{}",
    kind: "beyond",
    why: "Shows where closing fails, which it does on no driver certified here; base.test.ts.",
  },
  {
    file: "drivers/base.ts",
    line: "await boxed({ driverName: this.name }, async () => this.#driver.close?.())",
    replacement: "() => undefined",
    kind: "beyond",
    why: "Files that a closed instance holds open: no caller of the contract sees them; base.test.ts.",
  },
  ...["false", "true", "{}", 'this.#state === "committed" || method === "close"'].map(
    (replacement): Note => ({
      file: "drivers/base.ts",
      line: 'if (this.#state !== "open" && !(this.#state === "committed"',
      replacement,
      kind: "equivalent",
      why: "Whether a call succeeds after close, commit or cancel is undefined.",
    }),
  ),
  {
    file: "drivers/base.ts",
    line: "throw thrown === undefined ?",
    replacement: "true",
    kind: "equivalent",
    why: "A walk may reject with an error that the visitor's caused.",
  },
  {
    file: "drivers/base.ts",
    line: "async close(): Promise<void> {",
    kind: "beyond",
    why: "Files that a closed instance holds open: no caller of the contract sees them; base.test.ts.",
  },
  {
    file: "drivers/filesystem/durable.ts",
    line: 'return error instanceof Error && "code" in error',
    replacement: 'error instanceof Error || "code" in error',
    kind: "equivalent",
    why: "All that is thrown there is an error with a code, which the compiler does not know.",
  },
  ...["if (this.#free > 0) this.#free--", "#turn(signal"].map(
    (line): Note => ({
      file: "drivers/filesystem/slots.ts",
      line,
      kind: "equivalent",
      why: "How many calls run at a time is left to the driver.",
    }),
  ),
  ...["this.#writers.add(writer)", "const writer: UploadWriter =", "async close(): Promise<void> {"].map(
    (line): Note => ({
      file: "drivers/filesystem/driver.ts",
      line,
      kind: "beyond",
      why: "Files that a closed instance holds open: no caller of the contract sees them; filesystem.test.ts.",
    }),
  ),
  ...[
    "if (signal?.aborted && (error === signal.reason",
    "throw new StorageDriverError({ driverName, path, cause: error })",
    "return error instanceof Error && error.name",
    "await boxed({ driverName: this.#driverName, path: this.#path",
  ].map(
    (line): Note => ({
      file: "drivers/base.ts",
      line,
      kind: "beyond",
      why: "That what a backend fails with comes as an error of the driver is asked by no rule; base.test.ts.",
    }),
  ),
  ...[
    "function destroyWhenAborted(",
    "if (signal === undefined) return",
    "const abort = () => stream.destroy(signal.reason)",
  ].map(
    (line): Note => ({
      file: "drivers/base.ts",
      line,
      kind: "beyond",
      why: "Rules take it that a stream whose signal is aborted is given whole; base.test.ts.",
    }),
  ),
  ...["if (signal.aborted) stream.destroy()", "signal.throwIfAborted()", 'stream.once("close", () => signal'].map(
    (line): Note => ({
      file: "drivers/base.ts",
      line,
      kind: "beyond",
      why: "What is held for a stream that nobody reads any more; base.test.ts.",
    }),
  ),
  {
    file: "drivers/base.ts",
    line: 'signal.addEventListener("abort", abort, { once: true })',
    kind: "equivalent",
    why: "A signal aborts once.",
  },
  ...["reject(signal?.reason)", 'signal?.addEventListener("abort", leave'].map(
    (line): Note => ({
      file: "drivers/filesystem/slots.ts",
      line,
      kind: "equivalent",
      why: "It is called by a signal, which aborts once.",
    }),
  ),
  {
    file: "drivers/filesystem/slots.ts",
    line: "this.#waiting.delete(enter)",
    kind: "beyond",
    why: "More calls than may run at a time, some of them aborted while they wait; slots.test.ts.",
  },
  {
    file: "suites/specification/undefined.ts",
    line: "const changesNothing =",
    kind: "equivalent",
    why: "Nothing is at a path that is none.",
  },
  ...["if (states.length < 2) return states", "if (state.doubtful.size === 0) return made"].map(
    (line): Note => ({
      file: "suites/specification/step.ts",
      line,
      kind: "equivalent",
      why: "A way round work that comes to the same.",
    }),
  ),
  {
    file: "suites/specification/state.ts",
    line: "const sorted =",
    kind: "equivalent",
    why: "No two entries have the same path, and states that are taken for two where they are one only cost time.",
  },
]

export function noteOn(fate: Fate): Note | undefined {
  return notes.find(
    ({ file, line, replacement }) =>
      file === fate.file && fate.line.startsWith(line) && (replacement === undefined || replacement === fate.replacement),
  )
}
