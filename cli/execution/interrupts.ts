/** A run's answer to Ctrl-C and to being told to end. */
export interface Interruption {
  /** Resolves when the user has asked for the end for the first time. */
  readonly requested: Promise<string>
  /** Gives the signals back to Node. */
  dispose(): void
}

/**
 * Takes over SIGINT and SIGTERM: the first asks for an orderly end, the second ends at once.
 *
 * @param abandon lets go of whatever would outlive the process
 */
export function onInterrupt(abandon: () => void): Interruption {
  let tell: (signal: string) => void = () => {}
  const requested = new Promise<string>((resolve) => {
    tell = resolve
  })
  let asked = false
  const listen = (signal: NodeJS.Signals): void => {
    if (asked) {
      abandon()
      process.exit(3)
    }
    asked = true
    tell(signal)
  }
  process.on("SIGINT", listen)
  process.on("SIGTERM", listen)
  return {
    requested,
    dispose: () => {
      process.off("SIGINT", listen)
      process.off("SIGTERM", listen)
    },
  }
}
