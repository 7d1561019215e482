import type { Fate } from "./report.ts"

/** Why a mutant survives, and may. */
export interface Note {
  readonly file: string
  /** The line in which the change begins, without the white space around it. */
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

const notes: readonly Note[] = []

export function noteOn(fate: Fate): Note | undefined {
  return notes.find(
    ({ file, line, replacement }) =>
      file === fate.file && line === fate.line && (replacement === undefined || replacement === fate.replacement),
  )
}
