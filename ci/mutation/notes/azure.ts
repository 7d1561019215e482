import { beyond, equivalent, type Note, notesOn } from "../note.ts"

const messages = "What a message says is no part of the contract."
const goesOn = "A call that goes on when its signal is aborted may succeed."
const cannotRead = "A service that copies into blocks, which Azurite does not; move.test.ts."
const leased = "A source that cannot be deleted, because it has a lease; move.test.ts."

export const azure: readonly Note[] = [
  ...notesOn(
    "drivers/azure/block-stager.ts",
    beyond("A try that was given up and goes on to send a buffer that is filled anew; writer-failures.test.ts.", [
      "if (tries === 1) this.#unused.push(buffer)",
      "true",
    ]),
    equivalent("Whether a buffer is used again.", "if (tries === 1) this.#unused.push(buffer)"),
  ),
  ...notesOn("drivers/azure/delete.ts", equivalent(messages, "left.push({ name, reason: `", "const message = `")),
  ...notesOn(
    "drivers/azure/driver.ts",
    equivalent('Whether "/" is there while the storage is empty is undefined.', [
      'if (!isDirectory && path !== "/") throw blobNotFound()',
      "true",
    ]),
  ),
  ...notesOn("drivers/azure/errors.ts", equivalent(messages, "const seconds = Math.round(")),
  ...notesOn(
    "drivers/azure/list.ts",
    equivalent(goesOn, "{ signal },"),
    equivalent("No token is the same as none.", ["return continuationToken === undefined ?", "false"]),
  ),
  ...notesOn(
    "drivers/azure/move.ts",
    equivalent(messages, "const replaces = to !== undefined"),
    beyond(leased, "...(status === undefined ?"),
    beyond(cannotRead, "const cannot = error instanceof ServiceError"),
    beyond(
      "Others that change the source or the destination in every round; move.test.ts.",
      "if (!isAnother || round === maxRounds)",
    ),
  ),
  ...notesOn(
    "drivers/azure/put.ts",
    beyond("A checksum that the service compares with what has arrived; writer-failures.test.ts.", "await requests.send("),
  ),
  ...notesOn(
    "drivers/azure/reader.ts",
    beyond("A service that answers without the range it was asked for.", "const total = contentRange === undefined"),
  ),
  ...notesOn(
    "drivers/azure/segment.ts",
    beyond("A connection that is silent for the limit of a try; faults.test.ts.", "timer.stop()"),
  ),
  ...notesOn("drivers/azure/unread.ts", beyond("How much of several ranges is held at once; reader.test.ts.", "this.changed()")),
  ...notesOn(
    "drivers/azure/writer.ts",
    beyond("A service that lists no uncommitted blocks at all, which Azurite lists as none.", "return uncommittedBlocks?.map("),
  ),
]
