import { beyond, equivalent, type Note, notesOn } from "../note.ts"

export const filesystem: readonly Note[] = [
  ...notesOn(
    "drivers/filesystem/driver.ts",
    equivalent("A driver may list nothing for the root, as distribution's gcs driver does.", [
      'const parent = path === "/"',
      "false",
    ]),
    beyond(
      "Files that a closed instance holds open: no caller of the contract sees them; filesystem.test.ts.",
      "this.#writers.add(writer)",
      "const writer: UploadWriter =",
      "async close(): Promise<void> {",
    ),
  ),
  ...notesOn(
    "drivers/filesystem/durable.ts",
    equivalent("All that is thrown there is an error with a code, which the compiler does not know.", [
      'return error instanceof Error && "code" in error',
      "true",
      'error instanceof Error || "code" in error',
    ]),
  ),
  ...notesOn(
    "drivers/filesystem/slots.ts",
    equivalent("How many calls run at a time is left to the driver.", "if (this.#free > 0) this.#free--", "#turn(signal"),
    equivalent(
      "It is called by a signal, which aborts once.",
      "reject(signal?.reason)",
      'signal?.addEventListener("abort", leave',
    ),
    beyond(
      "More calls than may run at a time, some of them aborted while they wait; slots.test.ts.",
      "this.#waiting.delete(enter)",
    ),
  ),
  ...notesOn("drivers/filesystem/tree.ts", beyond("A root that is unmounted while it is in use; root.test.ts.", "() => false,")),
]
