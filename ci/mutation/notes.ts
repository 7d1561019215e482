import type { Note } from "./note.ts"
import { azure } from "./notes/azure.ts"
import { drivers } from "./notes/drivers.ts"
import { filesystem } from "./notes/filesystem.ts"
import { inmemory } from "./notes/inmemory.ts"
import { specification } from "./notes/specification.ts"
import type { Fate } from "./report.ts"

export const notes: readonly Note[] = [...drivers, ...inmemory, ...filesystem, ...azure, ...specification]

export function noteOn(fate: Fate): Note | undefined {
  return notes.find(
    ({ file, line, replacement }) =>
      file === fate.file && fate.line.startsWith(line) && (replacement === undefined || replacement === fate.replacement),
  )
}
