import { defineRule, type Rule } from "../rule.ts"
import { concurrently } from "./concurrently.ts"
import type { Recorded } from "./recording/history.ts"
import { Contents, clients } from "./workload/build.ts"

/** Of writers at one path whose uploads overlap, any may be told of the others. */
const anyUpload = ({ action }: Recorded): boolean => action.method === "upload"

const toOnePath = defineRule({
  id: "concurrent-uploads/to-one-path",
  level: "SHOULD",
  statement:
    "Of several uploads to one path at once each is committed whole or refused, and what is there in the end is all of one of them.",
  why: "A client that gives up and begins again may meet its own first request; a mixture of the two would be stored under the digest of one.",
  source: "storagedriver.go, Writer, says nothing of two open ones; distribution's azure driver of 2.8 mixed them (issue 3026)",
  check: concurrently(
    (random, { capabilities }) => {
      const contents = new Contents()
      const length = (): number =>
        random.upTo(12) === 0 ? capabilities.chunkSize + random.upTo(5_000) : 200 + random.upTo(5_000)
      return {
        files: [],
        clients: clients(random, 2 + random.upTo(2), () => [
          { method: "upload", path: "/uploads/data", content: contents.next(length()), writes: 1 + random.upTo(4) },
        ]),
        folders: ["/uploads"],
      }
    },
    { leavesOpen: anyUpload },
  ),
})

/** Bytes that the upload held when it was closed. */
const closedLength = 900

/** What is made of both clients' bytes is open but for its beginning. */
function keepsTheBeginning({ result }: Recorded): boolean {
  if (result.kind !== "foreign") return false
  const [first] = result.stretches
  return first?.object === 1 && first.offset === 0 && first.length >= closedLength
}

const resumedTwice = defineRule({
  id: "concurrent-uploads/resumed-twice",
  level: "SHOULD",
  statement:
    "Of two clients that resume one closed upload at once each commits all of it with what it wrote itself, or is refused.",
  why: "A client that gets no answer sends its part again while the first request still runs: the part must not be in the blob twice.",
  source: "distribution issues 4571 and 3026; the registry's retries overlap with the request that they repeat",
  check: concurrently(
    (random) => {
      const content = { object: 1, version: 0, length: 3_000 + random.upTo(3_000) }
      return {
        files: [],
        closedUpload: { path: "/uploads/data", content: { ...content, length: closedLength } },
        clients: clients(random, 2, () => [
          { method: "upload", path: "/uploads/data", content, writes: 1 + random.upTo(3), resumed: closedLength },
        ]),
        folders: ["/uploads"],
      }
    },
    { leavesOpen: (recorded) => anyUpload(recorded) || keepsTheBeginning(recorded) },
  ),
})

export const rules: readonly Rule[] = [toOnePath, resumedTwice]
