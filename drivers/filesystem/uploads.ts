import { createHash, randomUUID } from "node:crypto"
import { type FileHandle, lstat, open, readdir, rename, rmdir, unlink } from "node:fs/promises"
import { dirname, join } from "node:path"
import { createFolders, hasCode, syncFolder, unlessMissing } from "./durable.ts"

/** How often an upload is put into a folder that is removed before it arrives. */
const attempts = 100

/**
 * Uploads that are not committed, each a file that outlives the process. Those to one path are in one folder, named by a hash so that
 * a path of any length fits. Files there are named by generation and a random part: each new upload to the path takes the next
 * generation, the latest one counts, and those before it are removed. So a name never comes twice, and who renames or removes a file
 * by its name is sure of which upload it was, whatever other writers of the path did meanwhile.
 */
export class Uploads {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Starts an empty upload to a path, in place of the one that is pending there. */
  async create(path: string): Promise<Upload> {
    const folder = this.#folderOf(path)
    for (let attempt = 1; ; attempt++) {
      await createFolders(folder)
      const file = join(folder, nextName((await unlessMissing(latest(folder))) ?? undefined))
      const handle = await unlessMissing(open(file, "wx+"))
      if (handle === undefined && attempt < attempts) continue
      if (handle === undefined) throw new Error(`${folder} is removed over and over`)
      await removeEarlier(folder, file)
      return new Upload(handle, file)
    }
  }
}
