import { randomUUID } from "node:crypto"
import { access, lstat, readdir, realpath, rename, rm, rmdir, unlink, utimes } from "node:fs/promises"
import { dirname, join, posix, sep } from "node:path"
import { InvalidPathError, PathNotFoundError, StorageDriverError } from "../contract.ts"
import { createFolders, hasCode, removeEmptyFolders, syncFolder, unlessMissing } from "./durable.ts"
import { driverName, type Layout } from "./layout.ts"

/** How often a file is put into a folder that is removed before it arrives, and a folder taken apart in which files still arrive. */
const attempts = 100

/**
 * The files of the storage by their paths: `/a/b` is the file `a/b` below the root directory.
 *
 * No path leaves the root. `.` and `..` are refused as InvalidPath. Symbolic links, which only others than the driver make, are
 * followed where they stay among the files. One that does not is an error of its own and not PathNotFound, for what is behind it is
 * no part of the storage but may well be missed. A link at the end of a path is followed by reads alone: a write replaces it, a delete
 * removes it, a move refuses it. The check comes before the use: a link put in place between the two is not seen.
 *
 * A directory is there as long as files are below it. Folders left empty by a delete or a move are removed, so that a folder may
 * vanish before the file for which it was made arrives: then it is made again.
 */
export class Tree {
  readonly #layout: Layout

  constructor(layout: Layout) {
    this.#layout = layout
  }

  /**
   * Reads what is at a path.
   *
   * @param use is given the real path, all links followed; that nothing is there becomes PathNotFound
   */
  read<Value>(path: string, use: (realPath: string) => Promise<Value>): Promise<Value> {
    return this.#reading(path, async () => {
      this.#requireNames(path)
      const real = await realpath(join(this.#layout.root, path))
      this.#requireInside(real, path)
      return await use(real)
    })
  }

  /**
   * Tells early what `publish` would refuse.
   *
   * @throws StorageDriverError where the path is a directory, except for an empty folder, or below a file
   */
  async requirePlaceForFile(path: string): Promise<void> {
    await explainingWrite(path, async () => {
      const place = await this.#place(path)
      const present = await unlessMissing(lstat(place))
      const inside = present?.isDirectory() ? await unlessMissing(readdir(place)) : undefined
      if (inside !== undefined && inside.length > 0) throw conflict(path, "is a directory")
    })
  }

  /**
   * Gives a finished file its place at a path: at once, durably, and instead of the file there. Its modification time becomes that of
   * the call, or of the file it replaces where that is later (clocks are set back), so that the time at a path never goes back.
   *
   * Errors: StorageDriverError where the path is a directory or below a file; ENOENT of the system where `file` is gone.
   */
  async publish(file: string, path: string): Promise<void> {
    await explainingWrite(path, async () => {
      for (let attempt = 1; ; attempt++) {
        const target = await this.#place(path)
        try {
          await createFolders(dirname(target))
          await stamp(file, target)
          await rename(file, target)
          return await syncFolder(dirname(target))
        } catch (error) {
          const passing = await isPassing(error, file, target)
          if (passing && attempt < attempts) continue
          await removeEmptyFolders(dirname(target), this.#layout.root)
          throw passing ? failure(path, `the folder of ${path} was removed ${attempts} times before the file arrived`) : error
        }
      }
    })
  }

  /** Moves a file. The source is looked at before anything is made for the destination. Moved onto itself it only gets a new time. */
  async move(sourcePath: string, destinationPath: string): Promise<void> {
    const source = await this.#reading(sourcePath, async () => {
      const place = await this.#place(sourcePath)
      if ((await lstat(place)).isFile()) return place
      throw failure(sourcePath, `${sourcePath} is a directory or a link, and only files are moved`)
    })
    try {
      await this.publish(source, destinationPath)
    } catch (error) {
      throw hasCode(error, "ENOENT") ? await this.#readError(error, sourcePath) : error
    }
    await syncFolder(dirname(source))
    await removeEmptyFolders(dirname(source), this.#layout.root)
  }

  /**
   * Removes a file or a link, or a directory with all below it: at once, for it is moved out of sight before it is taken apart. A file
   * that was on its way to the directory may still arrive there, and is deleted with it.
   */
  async delete(path: string): Promise<void> {
    await this.#reading(path, async () => {
      const place = await this.#place(path)
      if ((await lstat(place)).isDirectory()) {
        const outOfSight = join(this.#layout.temporary, randomUUID())
        await rename(place, outOfSight)
        await rm(outOfSight, { recursive: true, maxRetries: attempts, retryDelay: 1 })
      } else {
        await unlink(place)
      }
      await removeEmptyFolders(dirname(place), this.#layout.root)
    })
  }

  /** Where the file at a path is or would be: links on the way are followed, one at the end is not. */
  async #place(path: string): Promise<string> {
    this.#requireNames(path)
    return join(await this.#realFolder(posix.dirname(path)), posix.basename(path))
  }

  /** The real path of a folder. Of one that is missing, its real path once it is made. */
  async #realFolder(path: string): Promise<string> {
    const folder = join(this.#layout.root, path)
    const real = await unlessMissing(realpath(folder))
    if (real !== undefined) {
      this.#requireInside(real, path)
      return real
    }
    if (path === "/") throw this.#rootIsGone()
    if ((await unlessMissing(lstat(folder)))?.isSymbolicLink()) {
      throw failure(path, `${path} is a symbolic link to nothing`)
    }
    return join(await this.#realFolder(posix.dirname(path)), posix.basename(path))
  }

  #requireNames(path: string): void {
    const names = path.split("/")
    const { limits } = this.#layout
    if (names.includes(".") || names.includes("..")) throw invalid(path, '"." and ".." are no names')
    if (path.length > limits.path || names.some((name) => name.length > limits.component)) {
      throw invalid(path, "it is too long for the file system")
    }
  }

  #requireInside(real: string, path: string): void {
    const { root, state } = this.#layout
    if ((real === root || isBelow(real, root)) && real !== state && !isBelow(real, state)) return
    throw failure(path, `${path} leads by a symbolic link to ${real}, which is not among the files of ${root}`)
  }

  async #reading<Value>(path: string, read: () => Promise<Value>): Promise<Value> {
    try {
      return await read()
    } catch (error) {
      throw await this.#readError(error, path)
    }
  }

  /** Absence is told only while the root itself is there: a disk that was unmounted is not an empty storage. */
  async #readError(error: unknown, path: string): Promise<unknown> {
    if (!hasCode(error, "ENOENT", "ENOTDIR")) return error
    const rootIsThere = await access(this.#layout.temporary).then(
      () => true,
      () => false,
    )
    return rootIsThere ? new PathNotFoundError({ driverName, path }) : this.#rootIsGone()
  }

  #rootIsGone(): StorageDriverError {
    const { root, state } = this.#layout
    return new StorageDriverError({
      driverName,
      message: `${driverName}: ${root} is gone or has lost ${state}; mount it again, then restart`,
    })
  }
}

async function explainingWrite<Value>(path: string, write: () => Promise<Value>): Promise<Value> {
  try {
    return await write()
  } catch (error) {
    if (hasCode(error, "ENOTDIR", "EEXIST")) throw conflict(path, "is below a file")
    if (hasCode(error, "EISDIR")) throw conflict(path, "is a directory")
    throw error
  }
}

/** Whether what kept a file from its target may be over by now: a folder that was removed, an empty folder at the target itself. */
async function isPassing(error: unknown, file: string, target: string): Promise<boolean> {
  if (hasCode(error, "ENOENT")) return (await unlessMissing(lstat(file))) !== undefined
  if (!hasCode(error, "EISDIR")) return false
  return rmdir(target).then(
    () => true,
    (reason: unknown) => hasCode(reason, "ENOENT"),
  )
}

/** Sets the modification time of a file that is to take the place of another. */
async function stamp(file: string, target: string): Promise<void> {
  const replaced = await unlessMissing(lstat(target))
  const time = new Date(Math.max(Date.now(), Math.ceil(replaced?.mtimeMs ?? 0)))
  await utimes(file, time, time)
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function invalid(path: string, reason: string): InvalidPathError {
  return new InvalidPathError({ driverName, path, message: `${driverName}: invalid path: ${path}: ${reason}` })
}

function conflict(path: string, reason: string): StorageDriverError {
  return failure(path, `no file can be put at ${path}, which ${reason}`)
}

function failure(path: string, message: string): StorageDriverError {
  return new StorageDriverError({ driverName, path, message: `${driverName}: ${message}` })
}
