export interface Entry {
  readonly content: Uint8Array
  readonly modTime: Date
}

export class Shelf {
  readonly files = new Map<string, Entry>()
  readonly uploads = new Map<string, Uint8Array[]>()
}
