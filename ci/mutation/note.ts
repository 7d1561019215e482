/** Why a mutant survives, and may. */
export interface Note extends Reason {
  readonly file: string
  /** How the line begins in which the change does, without the white space before it. */
  readonly line: string
  /** What is put in place of something in that line; without it the note is about all mutants of the line. */
  readonly replacement?: string
}

interface Reason {
  /**
   * Equivalent: no caller of the contract can tell it from the original, other than by time and cost. Beyond: what it breaks is
   * promised, and shows only where the suite does not go; the driver's own tests hold it.
   */
  readonly kind: "equivalent" | "beyond"
  readonly why: string
}

/** The beginning of a line, for all that is changed in it; with texts behind it for what becomes one of these. */
type Place = string | readonly [line: string, ...replacements: string[]]

type Remark = Reason & { readonly places: readonly Place[] }

export function equivalent(why: string, ...places: readonly Place[]): Remark {
  return { kind: "equivalent", why, places }
}

export function beyond(why: string, ...places: readonly Place[]): Remark {
  return { kind: "beyond", why, places }
}

/** Notes on one file. */
export function notesOn(file: string, ...remarks: readonly Remark[]): readonly Note[] {
  return remarks.flatMap(({ kind, why, places }) =>
    places.flatMap((place): readonly Note[] => {
      if (typeof place === "string") return [{ file, line: place, kind, why }]
      const [line, ...replacements] = place
      return replacements.map((replacement) => ({ file, line, replacement, kind, why }))
    }),
  )
}
