export interface Entry {
  readonly content: Uint8Array
  readonly modTime: Date
}

export class Shelf {
  readonly files = new Map<string, Entry>()
  readonly uploads = new Map<string, Uint8Array[]>()

  /** Whether anything is at the path or below it. */
  has(path: string): boolean {
    return [...this.files.keys()].some((key) => key === path || key.startsWith(`${path}/`))
  }
}
