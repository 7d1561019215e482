import { randomUUID } from "node:crypto"
import { lstat, open, unlink } from "node:fs/promises"
import { join } from "node:path"
import { hasCode, unlessMissing } from "./durable.ts"

/** What the file system below the root directory takes. */
export interface Limits {
  /** Bytes of one component of a path. */
  readonly component: number
  /** Bytes of a path as callers name it, the leading slash included. */
  readonly path: number
  /** Whether names that differ in case only are two files. */
  readonly caseSensitive: boolean
}

/** Twice what common file systems take in one name, and systems in one path. */
const tooLongForName = 512
const tooLongForPath = 8192

/**
 * Finds the limits by trying, since Node has no call that tells them. A folder that is deleted is set aside first, under a name of its
 * own in `temporary`: what is deepest in it must be within reach there too, so that paths are shorter by as much.
 *
 * @param temporary folder on the same file system, for files that are gone again in the end
 */
export async function findLimits(temporary: string): Promise<Limits> {
  const aside = join(temporary, randomUUID())
  const systemPath = await longestTaken(tooLongForPath, (length) => takesPath(aside, length))
  return {
    component: await longestTaken(tooLongForName, (length) => takesName(temporary, length)),
    path: systemPath - Buffer.byteLength(aside),
    caseSensitive: await tellsCasesApart(temporary),
  }
}

/** The largest length below `tooLong` that is taken, where all shorter ones are taken too; 0 where none is. */
export async function longestTaken(tooLong: number, takes: (length: number) => Promise<boolean>): Promise<number> {
  let taken = 0
  let refused = tooLong
  while (refused - taken > 1) {
    const middle = Math.floor((taken + refused) / 2)
    if (await takes(middle)) taken = middle
    else refused = middle
  }
  return taken
}

/** Nothing is there, so only the length of the path can be what it is refused for. */
async function takesPath(missing: string, length: number): Promise<boolean> {
  const rest = "/x".repeat(Math.ceil(length / 2))
  try {
    await unlessMissing(lstat((missing + rest).slice(0, length)))
    return true
  } catch (error) {
    if (hasCode(error, "ENAMETOOLONG")) return false
    throw error
  }
}

/** By making a file: some file systems refuse a name only then. */
async function takesName(folder: string, length: number): Promise<boolean> {
  const file = join(folder, randomUUID().padEnd(length, "x").slice(0, length))
  try {
    await (await open(file, "w")).close()
  } catch (error) {
    if (hasCode(error, "ENAMETOOLONG", "EINVAL")) return false
    throw error
  }
  await unlessMissing(unlink(file))
  return true
}

async function tellsCasesApart(folder: string): Promise<boolean> {
  const name = randomUUID()
  const file = join(folder, `${name}-case`)
  await (await open(file, "wx")).close()
  const other = await unlessMissing(lstat(join(folder, `${name}-CASE`)))
  await unlessMissing(unlink(file))
  return other === undefined
}
