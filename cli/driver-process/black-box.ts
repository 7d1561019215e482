import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"

/** No text has it in it. What stands behind it is of a longer text before: cutting that off would double what each call costs. */
const end = "\0"

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
    writeSync(this.#file, `${text}${end}`, 0)
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
    const [text = ""] = readFileSync(path, "utf8").split(end, 1)
    return text
  } catch {
    return ""
  }
}

export function removeBlackBox(path: string): void {
  rmSync(path, { force: true })
}
