import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"

/** The call that a driver process makes, kept in a file: it is still there when the process has ended in the middle of it. */
export class BlackBox {
  readonly #path: string
  readonly #file: number
  #discarded = false

  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, "w", 0o600)
  }

  write(text: string): void {
    if (this.#discarded) return
    const bytes = Buffer.from(text)
    writeSync(this.#file, bytes, 0, bytes.byteLength, 0)
    ftruncateSync(this.#file, bytes.byteLength)
  }

  /** For when nobody will read it: what goes on in the process leaves no trace any more. */
  discard(): void {
    this.#discarded = true
    closeSync(this.#file)
    removeBlackBox(this.#path)
  }
}

/** What was written last; "" where nothing was. */
export function readBlackBox(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

export function removeBlackBox(path: string): void {
  rmSync(path, { force: true })
}
