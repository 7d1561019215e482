import { beyond, equivalent, type Note, notesOn } from "../note.ts"

const messages = "What a message says is no part of the contract."
const goesOn = "A call that goes on when its signal is aborted may succeed."
const held = "How much is held at once, which suite scale measures; block-size.test.ts and reader.test.ts."
const inVain = "Blocks that the service fails to copy in every try: whether another way is tried then; move.test.ts."
const whileCopied = "Another call while a copy goes on; move-pending.test.ts."
const leased = "A source that cannot be deleted, because it has a lease; move.test.ts."

export const azure: readonly Note[] = [
  ...notesOn("drivers/azure/block-size.ts", beyond(held, "const wanted = written / blocksBeforeGrowth")),
  ...notesOn(
    "drivers/azure/block-stager.ts",
    beyond("A try that was given up and goes on to send a buffer that is filled anew; writer-failures.test.ts.", [
      "if (tries === 1) this.#unused.push(buffer)",
      "true",
    ]),
    equivalent("Whether a buffer is used again.", "if (tries === 1) this.#unused.push(buffer)"),
  ),
  ...notesOn(
    "drivers/azure/client.ts",
    equivalent("How often it is tried is left to the driver.", "const pipeline = newPipeline(credential, {"),
  ),
  ...notesOn(
    "drivers/azure/copy.ts",
    beyond("A copy that fails or hangs; move-pending.test.ts.", "if (!isIncompleteCopy(left)) return true"),
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
    beyond(whileCopied, 'isPending: properties.copyStatus === "pending"'),
  ),
  ...notesOn(
    "drivers/azure/move.ts",
    equivalent(messages, "const replaces = to !== undefined"),
    beyond(leased, "...(status === undefined ?", "signal?.throwIfAborted()"),
    beyond(leased, ["if (!isBlobNotFound(error) && !hasErrorCode(error,", "false"]),
    beyond(inVain, "const cannot = error instanceof ServiceError"),
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
    equivalent("How often it is tried is left to the driver.", [
      'if (!hasErrorCode(error, "InvalidRange")) throw error',
      "false",
    ]),
    equivalent(goesOn, "{ signal },"),
    beyond(held, "this.#unread.changed()"),
  ),
  ...notesOn(
    "drivers/azure/request.ts",
    beyond("A copy whose answer was lost and that goes on for longer than requests are sent again; move-pending.test.ts.", [
      "mayBeDone ||= failure.leavesOpen",
      "mayBeDone &&= failure.leavesOpen",
    ]),
    beyond(whileCopied, "const isPassing = failure.isPassing ||"),
  ),
  ...notesOn(
    "drivers/azure/segment.ts",
    beyond("A connection that is silent for the limit of a try; faults.test.ts.", "timer.stop()"),
  ),
  ...notesOn("drivers/azure/unread.ts", beyond(held, "this.changed()")),
  ...notesOn(
    "drivers/azure/writer.ts",
    equivalent("What append to committed content comes to is undefined.", ["if (existing.size > 0) throw unusable(", "false"]),
    equivalent("What a delete comes to where an upload is under way is undefined.", [
      "return pendingUpload(await stagedBlocks(storage, blob, signal), baseOf(etag)) !== undefined",
      "false",
    ]),
    beyond("A service that lists no uncommitted blocks at all, which Azurite lists as none.", "return uncommittedBlocks?.map("),
  ),
]
