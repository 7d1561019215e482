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
  await using handle = await unlessMissing(open(folder, "r"))
  await handle?.sync()
}

/**
 * Makes a folder and those above it that are missing, durably.
 *
 * Errors: EEXIST where a file is in place of the folder; ENOTDIR where one above is a file; ENOENT where one is removed meanwhile.
 */
export async function createFolders(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
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
