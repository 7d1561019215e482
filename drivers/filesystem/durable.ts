import { mkdir, open, rmdir } from "node:fs/promises"
import { dirname } from "node:path"

/** Whether an error is one of the operating system with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code)
}

/** The value, or undefined where the file or folder is not there. */
export async function unlessMissing<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined
    throw error
  }
}

/** Makes the names in a folder last: what was created in it, renamed or removed. A folder that is gone has none to keep. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await unlessMissing(open(folder, "r"))
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}

/**
 * Makes a folder and those above it that are missing, durably. That there is a file in place of the folder shows when it is used.
 *
 * Errors: ENOENT where a folder above is removed meanwhile; ENOTDIR where one above is a file.
 */
export async function createFolders(folder: string): Promise<void> {
  if (await createFolder(folder)) return
  await createFolders(dirname(folder))
  await mkdir(folder).catch((error: unknown) => {
    if (!hasCode(error, "EEXIST")) throw error
  })
  await syncFolder(dirname(folder))
}

/** False where the folder above is missing. */
async function createFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false
    if (hasCode(error, "EEXIST")) return true
    throw error
  }
  await syncFolder(dirname(folder))
  return true
}

/**
 * Removes a folder if it is empty, then the one above it, up to but without `top`. Tidying up only: it ends without an error at the
 * first folder that is not empty, or that cannot be removed for any other reason.
 */
export async function removeEmptyFolders(folder: string, top: string): Promise<void> {
  for (let current = folder; current !== top && current.startsWith(top); current = dirname(current)) {
    try {
      await rmdir(current)
    } catch {
      return
    }
  }
}
