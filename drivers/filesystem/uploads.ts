import { createHash, randomUUID } from "node:crypto"
import { type FileHandle, lstat, mkdir, open, readdir, rename, unlink } from "node:fs/promises"
import { dirname, join } from "node:path"
import { hasCode, removeEmptyFolders, syncFolder, unlessMissing } from "./durable.ts"

/** How often an upload is looked for or made while others rename it or remove its folder. */
const attempts = 100

/**
 * Uploads that are not committed, each a file that outlives the process. Those to one path are in one folder, named by a hash so that
 * a path of any length fits. The files there are named by a generation and a random part: each new upload to the path takes the next
 * generation, the latest one counts, and those before it are removed. So no name ever comes twice, and who renames or removes an
 * upload by its name touches none of another writer.
 *
 * An upload stays until it is committed, cancelled or replaced, even when the folder of its path is deleted.
 */
export class Uploads {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Starts an empty upload, in place of the one pending at the path. */
  async create(path: string): Promise<Upload> {
    const folder = this.#folderOf(path)
    for (let attempt = 1; attempt <= attempts; attempt++) {
      await mkdir(folder).catch((error: unknown) => {
        if (!hasCode(error, "EEXIST")) throw error
      })
      const name = nameAfter(await latestName(folder))
      const handle = await unlessMissing(open(join(folder, name), "wx"))
      if (handle === undefined) continue
      await removeBefore(folder, name)
      return new Upload(handle, join(folder, name))
    }
    throw new Error(`${folder} was removed ${attempts} times before an upload could be put into it`)
  }

  /** The upload pending at the path. */
  async resume(path: string): Promise<Upload | undefined> {
    const folder = this.#folderOf(path)
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const name = await latestName(folder)
      if (name === undefined) return undefined
      const handle = await unlessMissing(open(join(folder, name), "r+"))
      if (handle === undefined) continue
      await removeBefore(folder, name)
      return new Upload(handle, join(folder, name))
    }
    throw new Error(`the upload in ${folder} was renamed ${attempts} times before it could be opened`)
  }

  #folderOf(path: string): string {
    return join(this.#folder, createHash("sha256").update(path).digest("hex"))
  }
}

/** One upload, open for writing. */
export class Upload {
  readonly handle: FileHandle
  #file: string

  constructor(handle: FileHandle, file: string) {
    this.handle = handle
    this.#file = file
  }

  /** Where it is now. */
  get file(): string {
    return this.#file
  }

  /** False once another writer has committed, cancelled or replaced it, or is about to commit it. */
  async isPending(): Promise<boolean> {
    return (await unlessMissing(lstat(this.#file))) !== undefined
  }

  /** Takes it under a new name, after which any other writer that has it open finds it gone. */
  async claim(): Promise<void> {
    const folder = dirname(this.#file)
    const claimed = join(folder, nameAfter(await latestName(folder)))
    await rename(this.#file, claimed)
    this.#file = claimed
  }

  /** Makes its bytes and its name last, the folder of the path's uploads included. */
  async sync(): Promise<void> {
    const folder = dirname(this.#file)
    await this.handle.sync()
    await syncFolder(folder)
    await syncFolder(dirname(folder))
  }

  async remove(): Promise<void> {
    await unlessMissing(unlink(this.#file))
  }

  /** Closes the file, and removes the folder of the path's uploads where none is left in it. */
  async release(): Promise<void> {
    await this.handle.close()
    const folder = dirname(this.#file)
    await removeEmptyFolders(folder, dirname(folder))
  }
}

async function latestName(folder: string): Promise<string | undefined> {
  return (await unlessMissing(readdir(folder)))?.sort().at(-1)
}

function nameAfter(name: string | undefined): string {
  const generation = Number.parseInt(name ?? "0", 10) + 1
  return `${String(generation).padStart(12, "0")}-${randomUUID()}`
}

async function removeBefore(folder: string, name: string): Promise<void> {
  for (const other of (await unlessMissing(readdir(folder))) ?? []) {
    if (other < name) await unlessMissing(unlink(join(folder, other)))
  }
}
