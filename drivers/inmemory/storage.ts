import { StorageDriverError } from "../contract.ts"
import type { Chunks } from "./chunks.ts"

export const driverName = "inmemory"

/** A committed file. Neither its bytes nor its time ever change: a write puts another one in its place. */
export interface StoredFile {
  readonly content: Chunks
  /** Milliseconds since the epoch. */
  readonly modTime: number
}

/** What is in a directory, by name. There is none without a file somewhere below it, except for the root. */
export type Directory = Map<string, StoredFile | Directory>

export function isDirectory(entry: StoredFile | Directory | undefined): entry is Directory {
  return entry instanceof Map
}

/**
 * What all instances share: a tree of committed files, and beside it the uploads that are not committed, one a path. An upload is
 * touched by its writers alone; whatever happens to the file at its path is no concern of it.
 */
export class MemoryStorage {
  readonly uploads = new Map<string, Chunks>()
  readonly #root: Directory = new Map()
  #latestTime = 0

  find(path: string): StoredFile | Directory | undefined {
    let entry: StoredFile | Directory | undefined = this.#root
    for (const name of namesOf(path)) entry = isDirectory(entry) ? entry.get(name) : undefined
    return entry
  }

  /** @throws StorageDriverError where the path is a directory, or below a file: no file can be put there */
  requirePlaceForFile(path: string): void {
    let entry: StoredFile | Directory | undefined = this.#root
    for (const name of namesOf(path)) {
      if (entry === undefined) return
      if (!isDirectory(entry)) throw conflict(path, "is below a file")
      entry = entry.get(name)
    }
    if (isDirectory(entry)) throw conflict(path, "is a directory")
  }

  /**
   * Puts a file at the path, in place of the file there.
   *
   * @throws StorageDriverError as {@link requirePlaceForFile}
   */
  put(path: string, content: Chunks): void {
    this.requirePlaceForFile(path)
    const { folder, name } = this.#folderFor(path)
    folder.set(name, { content, modTime: this.#now() })
  }

  /** Removes a file, or a directory with all below it, and the directories above it that this leaves empty. */
  remove(path: string): void {
    take(this.#root, namesOf(path))
  }

  #folderFor(path: string): { readonly folder: Directory; readonly name: string } {
    let folder = this.#root
    const names = namesOf(path)
    for (const name of names.slice(0, -1)) {
      const entry = folder.get(name)
      const next: Directory = isDirectory(entry) ? entry : new Map()
      folder.set(name, next)
      folder = next
    }
    return { folder, name: names.at(-1) ?? "" }
  }

  /** The clock, which here never goes back. */
  #now(): number {
    this.#latestTime = Math.max(this.#latestTime, Date.now())
    return this.#latestTime
  }
}

/** Takes out what is at the end of the names, then each folder above it that this leaves empty. */
function take(folder: Directory, [name = "", ...below]: readonly string[]): void {
  const entry = folder.get(name)
  if (isDirectory(entry) && below.length > 0) {
    take(entry, below)
    if (entry.size > 0) return
  }
  folder.delete(name)
}

function conflict(path: string, reason: string): StorageDriverError {
  return new StorageDriverError({ driverName, path, message: `${driverName}: no file can be put at ${path}, which ${reason}` })
}

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "")
}
