/** What a replay keeps of the command line. */
export interface Replayed {
  /** The driver, as the user wrote it. */
  readonly reference: string
  readonly seed: number
  /** Further arguments, in order; secrets already left out. */
  readonly options: readonly string[]
}

/** The command that runs one rule again in the same way. */
export function replayCommand(ruleId: string, { reference, seed, options }: Replayed): string {
  const words = ["npx", "storage-driver-conformance", "certify", reference, ...options, "--rule", ruleId, "--seed", String(seed)]
  return words.map(quoteForShell).join(" ")
}

function quoteForShell(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
