import { equivalent, type Note, notesOn } from "../note.ts"

export const inmemory: readonly Note[] = [
  ...notesOn(
    "drivers/inmemory/chunks.ts",
    equivalent("A piece without bytes is passed over by the stream.", [
      "for (let start = skipped; start < chunk.byteLength; start += readLength) {",
      "start <= chunk.byteLength",
    ]),
  ),
  ...notesOn(
    "drivers/inmemory/driver.ts",
    equivalent(
      "Whether a stream is in object mode is left to the driver: the bytes are the same.",
      "return Readable.from(this.#file(path).content.from(options?.offset ?? 0), { objectMode: false })",
    ),
    equivalent(
      "A writer below a file, or at a directory, is undefined: it is refused by commit then, and nothing is lost.",
      "this.#storage.requirePlaceForFile(path)",
    ),
    equivalent(
      "What reading a directory, or listing a file, comes to is undefined.",
      'if (!isDirectory(entry)) throw notFound(path, "is a file, not a directory")',
      'if (isDirectory(entry)) throw notFound(path, "is a directory, not a file")',
    ),
    equivalent("What a message says is no part of the contract.", "...(reason && { message"),
  ),
  ...notesOn(
    "drivers/inmemory/storage.ts",
    equivalent(
      "It is refused a line below then, as no directory: what the message says is no part of the contract.",
      'if (!isDirectory(entry)) throw conflict(path, "is below a file")',
    ),
    equivalent("Whether a directory stays when its last file goes is left to the driver.", "if (entry.size > 0) return"),
    equivalent("What a message says is no part of the contract.", "function conflict("),
  ),
  ...notesOn(
    "drivers/inmemory/writer.ts",
    equivalent(
      "What becomes of an upload that another writer has replaced or cancelled is undefined.",
      "if (this.#isPending) this.#storage.uploads.delete(this.#path)",
      "this.#requirePending()",
    ),
  ),
]
