import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"

/** The call that a driver process makes, kept in a file: it is still there when the process has ended in the middle of it. */
export class BlackBox {
  readonly #file: number

  constructor(path: string) {
    this.#file = openSync(path, "w", 0o600)
  }

  write(text: string): void {
    const bytes = Buffer.from(text)
    writeSync(this.#file, bytes, 0, bytes.byteLength, 0)
    ftruncateSync(this.#file, bytes.byteLength)
  }

  close(): void {
    closeSync(this.#file)
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
