/** Told of uploads that begin and end, with their full paths, so that they can be cancelled even after the process died. */
export interface UploadListener {
  began(path: string): void
  ended(path: string): void
}

/** The uploads of a case that were neither committed nor cancelled. */
export class UploadLedger {
  readonly #pending = new Set<string>()
  readonly #listener: UploadListener | undefined

  constructor(listener?: UploadListener) {
    this.#listener = listener
  }

  /** Says whether the upload is a new one: false where one is pending at the path already. */
  began(path: string): boolean {
    if (this.#pending.has(path)) return false
    this.#pending.add(path)
    this.#listener?.began(path)
    return true
  }

  ended(path: string): void {
    if (this.#pending.delete(path)) this.#listener?.ended(path)
  }

  /** Full paths. */
  get pending(): readonly string[] {
    return [...this.#pending]
  }
}
