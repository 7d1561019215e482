import { parse } from "yaml"
import { BadInput } from "./bad-input.ts"

/**
 * What a text in YAML, or JSON, says.
 *
 * @param file for errors
 * @throws BadInput with the place of the fault, in one line
 */
export function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (reason) {
    const [line = ""] = (reason instanceof Error ? reason.message : String(reason)).split("\n", 1)
    // The library goes on with the lines at that place, after a colon.
    throw new BadInput(`${file} is no YAML: ${line.replace(/:$/, "")}`)
  }
}
