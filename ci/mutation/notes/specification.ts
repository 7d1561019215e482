import { equivalent, type Note, notesOn } from "../note.ts"

export const specification: readonly Note[] = [
  ...notesOn("suites/specification/files.ts", equivalent("What is expected, in words for the reader.", "expected: `a file")),
  ...notesOn(
    "suites/specification/interruptions.ts",
    equivalent("A call that is made has a possibility.", "return possibilities[0]?.rule"),
  ),
  ...notesOn(
    "suites/specification/listings.ts",
    equivalent(
      "What is expected, in words for the reader.",
      "const shown =",
      "const more =",
      "const left =",
      "return `${sure.length === 0",
    ),
    equivalent("Nothing is below a directory that is none.", [
      "const kept = (entry: string): boolean => skip === undefined",
      "false",
    ]),
    equivalent("A path that is none is never reported.", ["return (stopAt !== undefined && reported.has(stopAt))", "true"]),
  ),
  ...notesOn(
    "suites/specification/possibility.ts",
    equivalent(
      "Outcomes of other kinds have neither a code nor a size.",
      ['accepts: (outcome) => outcome.kind === "rejected"', "true"],
      ['accepts: (outcome) => outcome.kind === "size"', "true"],
    ),
    equivalent("What is expected, in words for the reader.", "offset === 0 ?"),
  ),
  ...notesOn(
    "suites/specification/state.ts",
    equivalent(
      "No two entries have the same path, and states that are taken for two where they are one only cost time.",
      "const sorted =",
    ),
  ),
  ...notesOn(
    "suites/specification/step.ts",
    equivalent("What is expected, in words for the reader.", "const expected = made.map("),
    equivalent(
      "A way round work that comes to the same.",
      "if (states.length < 2) return states",
      "if (state.doubtful.size === 0) return made",
    ),
  ),
  ...notesOn(
    "suites/specification/streams.ts",
    equivalent("undefined.ts has seen to it that there is a stream.", "if (stream === undefined) return []"),
  ),
  ...notesOn(
    "suites/specification/undefined.ts",
    equivalent(
      "Nothing is at a path that is none, which other methods would then be asked about.",
      'return call.method === "move" ? [call.destination]',
      'return call.method === "move" ? [call.source',
    ),
    equivalent(
      "These calls have one path.",
      "ofAWriter.has(call.method) &&",
      "(ofAStream.has(call.method) &&",
      "applies: (state, call) => reads.has(call.method) &&",
    ),
    equivalent("Calls of other methods have no source.", ['call.method === "move" && (isDirectory(', "true"]),
    equivalent("Nothing is at a path that is none.", "const changesNothing ="),
  ),
  ...notesOn(
    "suites/specification/uploads.ts",
    equivalent("Outcomes of other kinds have no size.", ['accepts: (outcome) => outcome.kind === "size"', "true"]),
  ),
]
