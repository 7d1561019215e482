import { readFile } from "node:fs/promises"
import { BadInput } from "./bad-input.ts"

/**
 * The text of a file that the user names.
 *
 * @param name of the file in the error, with the option that gave it where that is not plain
 * @throws BadInput where it cannot be read
 */
export async function readText(file: string, name = file): Promise<string> {
  try {
    return await readFile(file, "utf8")
  } catch (reason) {
    throw new BadInput(`${name} cannot be read: ${reason instanceof Error ? reason.message : String(reason)}`)
  }
}
