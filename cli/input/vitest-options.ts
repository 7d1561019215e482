import { resolve } from "node:path"
import { type CliOptions, createCLI, parseCLI } from "vitest/node"
import { BadInput, nearest } from "./bad-input.ts"

/**
 * Reads Vitest's own options, as they stand behind "--". Files that reporters write lie where the command runs.
 *
 * @throws BadInput for an option that Vitest does not have; what it makes of a value it says when it starts
 */
export function readVitestOptions(passed: readonly string[], folder: string): CliOptions {
  const { filter, options } = parse(passed)
  if (filter.length > 0)
    throw new BadInput(`behind -- come Vitest's options only, not "${filter.join(" ")}": rules are chosen by --rule`)
  const again = ["retry", "repeats"].find((name) => Object.hasOwn(options, name))
  if (again !== undefined)
    throw new BadInput(
      `Vitest's --${again} is not for rules: one that is broken once is broken, and --seed runs it in the same way again`,
    )
  const known = createCLI().globalCommand.options.flatMap(({ names }) => names.map((name) => name.split(".", 1).join("")))
  for (const name of Object.keys(options)) {
    if (name === "--" || name === "color" || known.includes(name)) continue
    const meant = nearest(name, known)
    throw new BadInput(`Vitest has no option --${name}${meant === undefined ? "" : `: did you mean --${meant}?`}`)
  }
  const { outputFile, ...rest } = options
  return typeof outputFile === "string" ? { ...rest, outputFile: resolve(folder, outputFile) } : options
}

function parse(passed: readonly string[]): ReturnType<typeof parseCLI> {
  try {
    return parseCLI(["vitest", ...passed])
  } catch (reason) {
    throw new BadInput(refusalOf(passed, reason))
  }
}

/** One line on why Vitest did not take its options. */
export function refusalOf(passed: readonly string[], reason: unknown): string {
  const message = reason instanceof Error ? reason.message : String(reason)
  return `Vitest does not take "${passed.join(" ")}": ${message.split("\n", 1).join("")}`
}
