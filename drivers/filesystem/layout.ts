import { lstat, readdir, realpath, rm } from "node:fs/promises"
import { join, resolve } from "node:path"
import { StorageDriverError } from "../contract.ts"
import { createFolders, unlessMissing } from "./durable.ts"
import { findLimits, type Limits } from "./limits.ts"

export const driverName = "filesystem"

/**
 * Where things are below the root directory. Files stand directly below it under their own paths, as Distribution's driver lays them
 * out; what is not a file of the registry is below `~state`, a name outside the grammar of paths, on the same file system so that a
 * rename brings it into place.
 */
export interface Layout {
  /** Real path of the root directory. */
  readonly root: string
  /** Folder of all that no path reaches. */
  readonly state: string
  /** One folder for each path that has a pending upload. */
  readonly uploads: string
  /** Files that are being written, and folders that are being deleted. */
  readonly temporary: string
  readonly limits: Limits
}

const day = 24 * 60 * 60 * 1000

/**
 * Makes the folders that are missing, finds out what the file system takes, and removes what killed processes left: everything temporary that was last changed more than a
 * day ago, which no call takes. Pending uploads are kept, whatever their age.
 *
 * @throws StorageDriverError where the root directory cannot be used
 */
export async function prepareLayout(rootDirectory: string): Promise<Layout> {
  try {
    await createFolders(resolve(rootDirectory))
    const root = await realpath(rootDirectory)
    const state = join(root, "~state")
    const uploads = join(state, "uploads")
    const temporary = join(state, "temporary")
    await createFolders(uploads)
    await createFolders(temporary)
    await sweep(temporary)
    return { root, state, uploads, temporary, limits: await findLimits(temporary) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StorageDriverError({
      driverName,
      message: `${driverName}: rootdirectory ${JSON.stringify(rootDirectory)} cannot be used: ${reason}`,
      cause,
    })
  }
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const entry = join(folder, name)
    const info = await unlessMissing(lstat(entry))
    if (info !== undefined && info.mtimeMs < Date.now() - day) await rm(entry, { recursive: true, force: true })
  }
}
