/**
 * Whatever is printed may fail: a pipe is closed by its reader, a disk is full. Without a listener that would end the process in the
 * middle of a run, with what it stored and started left behind.
 */
export function surviveLostOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever closed the pipe has read what they wanted: the verdict's exit code stands.
    if (error.code === "EPIPE" || lost) return
    lost = true
    process.stderr.write(`error: the report could not be printed: ${error.message}\n`)
  })
  process.stderr.on("error", () => {
    // There is nowhere left to say it.
  })
  process.on("exit", () => {
    if (lost) process.exitCode = 2
  })
}

let lost = false

/** Characters of a line on a stream that text is laid out for. A terminal that does not tell its size says 0, as in some CI. */
export function widthOf({ columns }: { readonly columns?: number }, usual = 100): number {
  return columns === undefined || columns === 0 ? usual : columns
}
