import { beyond, equivalent, type Note, notesOn } from "../note.ts"

const inMemory = "What is held in memory for uploads that have ended, or closed twice; filesystem.test.ts."
const power = "What is lost when the machine's power fails."
const messages = "What a message says is no part of the contract."
const emptyFolder = "An empty folder that a killed process left in place of a file; concurrency.test.ts."
const twoWriters = "What comes of two writers that are open at one path is undefined."
const attempts = "How often it is tried is left to the driver."
const links = "Symbolic links that others than the driver made; root.test.ts."
const atADirectory = "What is done at a directory, or below a file, is undefined."
const emptyFolders = "Whether a directory stays when its last file goes is left to the driver."
const leftovers = "What a killed process left in the folder for temporary files; root.test.ts."
const declared = "A driver may declare less of itself than is so: then it has to keep more rules, and this one does."

export const filesystem: readonly Note[] = [
  ...notesOn(
    "drivers/filesystem/driver.ts",
    equivalent("A driver may list nothing for the root, as distribution's gcs driver does.", [
      'const parent = path === "/"',
      "false",
    ]),
    equivalent(
      "What append to nothing, or to committed content, comes to is undefined.",
      ["if (pending !== undefined) return pending", "true"],
      ["if (size === 0) return undefined", "true"],
    ),
    equivalent(atADirectory, "if (!(await handle.stat()).isDirectory()) return handle", "} catch (error) {"),
    beyond(inMemory, "const writer: UploadWriter ="),
    beyond(power, "await handle.sync()"),
  ),
  ...notesOn(
    "drivers/filesystem/durable.ts",
    equivalent("All that is thrown there is an error with a code, which the compiler does not know.", [
      'return error instanceof Error && "code" in error',
      "true",
      'error instanceof Error || "code" in error',
    ]),
    equivalent(emptyFolders, "export async function removeEmptyFolders(", "for (let current = folder;", "} catch {"),
    equivalent(emptyFolders, ["try {", "{}"]),
    beyond(power, "if (first === undefined) return"),
    beyond(power, "export async function syncFolder(", "for (let made = folder;"),
  ),
  ...notesOn(
    "drivers/filesystem/index.ts",
    equivalent(declared, "capabilities: { maximumComponentLength"),
    equivalent("How many calls run at a time is left to the driver.", "connect: async () => withArgumentChecks("),
  ),
  ...notesOn(
    "drivers/filesystem/layout.ts",
    beyond(
      leftovers,
      "async function sweep(",
      "for (const name of await readdir(folder)) {",
      "if (info !== undefined && info.mtimeMs",
    ),
    equivalent(messages, "} catch (cause) {", "throw new StorageDriverError({"),
  ),
  ...notesOn(
    "drivers/filesystem/limits.ts",
    equivalent(declared, "return {", "try {", "return other === undefined", "async function tellsCasesApart("),
    equivalent(
      "A path as long is tried, or one that is a byte longer.",
      'const rest = "/x".repeat(',
      "await unlessMissing(lstat((missing + rest)",
    ),
    beyond("A disk that fails.", "} catch (error) {", ['if (hasCode(error, "ENAMETOOLONG")) return false', "true"]),
    beyond("A disk that fails.", ['if (hasCode(error, "ENAMETOOLONG", "EINVAL")) return false', "true"]),
    equivalent("No file system refuses names that are shorter than the random part.", "const file = join(folder, randomUUID()"),
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
      "const leave = () => {",
      "this.#waiting.delete(enter)",
    ),
  ),
  ...notesOn(
    "drivers/filesystem/tree.ts",
    beyond(links, "this.#requireInside(real, path)", "#requireInside(", "if ((real === root || isBelow(real, root))"),
    beyond(links, "if ((await unlessMissing(lstat(folder)))?.isSymbolicLink()) {", "throw failure(path, `"),
    beyond("A root directory that is the root of the system.", "return path.startsWith(folder.endsWith(sep)"),
    beyond("A root that is unmounted while it is in use; root.test.ts.", "() => false,", "#rootIsGone(", "const { root, state }"),
    beyond("A root that is unmounted while it is in use; root.test.ts.", "return new StorageDriverError({"),
    beyond("A root that is unmounted while it is in use; root.test.ts.", 'if (path === "/") throw this.#rootIsGone()'),
    equivalent(
      atADirectory,
      "async requirePlaceForFile(",
      "await explainingWrite(path, async () => {",
      "if (inside !== undefined && inside.length > 0) throw conflict(",
    ),
    equivalent(attempts, "for (let attempt = 1; ; attempt++) {"),
    equivalent(attempts, ["if (passing && attempt < attempts) continue", "true", "attempt < attempts", "attempt <= attempts"]),
    equivalent(attempts, ["if (passing && attempt < attempts) continue", "passing || attempt < attempts"]),
    beyond("A path that is too long for its folder to be set aside, where that is directly below the root; limits.test.ts.", [
      "if (path.length > limits.path || names.some(",
      "path.length > limits.path",
      "false",
    ]),
    equivalent("A file goes the way of a folder as well: it is moved out of sight and removed.", [
      "if ((await lstat(place)).isDirectory()) {",
      "true",
    ]),
    equivalent(messages, 'if (hasCode(error, "ENOTDIR", "EEXIST"))', 'if (hasCode(error, "EISDIR")) throw', "function conflict("),
    equivalent(messages, "function failure("),
    equivalent(attempts, ['if (hasCode(error, "ENOENT")) return (await', "true"]),
    beyond(emptyFolder, 'if (!hasCode(error, "EISDIR")) return false', "() => true,"),
    beyond(emptyFolder, '(reason: unknown) => hasCode(reason, "ENOENT"),'),
    beyond("A clock that is set back; filesystem.test.ts.", "async function stamp(", "const time = new Date("),
  ),
  ...notesOn(
    "drivers/filesystem/uploads.ts",
    equivalent(attempts, "for (let attempt = 1; attempt <= attempts; attempt++) {", "throw new Error(`"),
    equivalent(
      "What kept the folder from being made keeps the file from it too.",
      "await mkdir(folder).catch((error: unknown) => {",
      'if (!hasCode(error, "EEXIST")) throw error',
    ),
    equivalent(twoWriters, ["if (handle === undefined) continue", "false"], "for (const other of (await unlessMissing("),
    equivalent(twoWriters, "async claim(): Promise<void> {"),
    beyond(power, "async sync(): Promise<void> {"),
  ),
  ...notesOn(
    "drivers/filesystem/writer.ts",
    beyond(inMemory, "if (!this.#open) return", "this.#released()"),
    beyond(
      "A disk that is full or fails in the middle of a write.",
      "this.#torn = true",
      "if (this.#torn) await",
      "for (let written = 0;",
      "written += (await",
      "} catch (error) {",
    ),
    beyond(power, "async close(): Promise<void> {"),
    equivalent(messages, "#lost(cause?: unknown)"),
  ),
]
