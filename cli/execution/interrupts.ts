/** A run's answer to Ctrl-C and to being told to end. */
export interface Interruption {
  /** Resolves when the user has asked for the end for the first time. */
  readonly requested: Promise<string>
  /** Gives the signals back to Node. */
  dispose(): void
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/**
 * Takes over the signals that ask for the end: the first has the run clean up and report, the second ends it at once.
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
    process.stderr.write(`${signal}: cleaning up; once more to end at once\n`)
    tell(signal)
  }
  for (const signal of signals) process.on(signal, listen)
  return {
    requested,
    dispose: () => {
      for (const signal of signals) process.off(signal, listen)
    },
  }
}

/** Settles as the work does, or rejects with {@link Interrupted} once the user has asked for the end. */
export function unlessInterrupted<Value>(interruption: Interruption, work: Promise<Value>): Promise<Value> {
  const interrupted = interruption.requested.then((): never => {
    throw new Interrupted()
  })
  return Promise.race([work, interrupted])
}

export class Interrupted extends Error {
  override readonly name = "Interrupted"
}
