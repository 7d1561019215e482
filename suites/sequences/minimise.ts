import type { Command } from "./commands.ts"
import { names, pathsOf } from "./commands.ts"

/**
 * The smallest sequence that still fails: no command of it can be dropped, no length, offset, instance or name be made simpler, one
 * change at a time. Deterministic.
 *
 * fast-check's own shrinking works on what a sequence was grown from, where to drop one command changes what all behind it become.
 *
 * @param fails runs a sequence and gives the part of it up to the command that failed in the same way; undefined where none did
 * @param expired whether the time is up: then the smallest found so far is given
 */
export async function minimise(
  failing: readonly Command[],
  fails: (commands: readonly Command[]) => Promise<readonly Command[] | undefined>,
  expired: () => boolean,
): Promise<readonly Command[]> {
  let smallest = failing
  for (let progress = true; progress && !expired(); ) {
    progress = false
    for (const candidates of [withoutParts, simpler]) {
      for (let index = 0; ; ) {
        const candidate = candidates(smallest)[index]
        if (candidate === undefined || expired()) break
        const found = await fails(candidate)
        if (found === undefined) {
          index++
        } else {
          smallest = found
          progress = true
        }
      }
    }
  }
  return smallest
}

/** The sequence without a run of its commands, the longest runs first. */
function withoutParts(commands: readonly Command[]): readonly (readonly Command[])[] {
  const candidates: (readonly Command[])[] = []
  for (let size = Math.floor(commands.length / 2); size >= 1; size = size === 1 ? 0 : Math.floor(size / 2)) {
    for (let start = commands.length - size; start >= 0; start -= size) {
      candidates.push([...commands.slice(0, start), ...commands.slice(start + size)])
    }
  }
  // A call and what undoes it often go together only: a writer and its commit, a move there and back.
  for (let first = 0; first < commands.length && commands.length <= 12; first++) {
    for (let second = first + 2; second < commands.length; second++) {
      candidates.push(commands.filter((_command, index) => index !== first && index !== second))
    }
  }
  return candidates
}

/** The sequence with one thing in it simpler. */
function simpler(commands: readonly Command[]): readonly (readonly Command[])[] {
  const single = commands.flatMap((command, index) =>
    simplerCommands(command).map((replacement) => commands.with(index, replacement)),
  )
  return [...renamed(commands), ...single]
}

function simplerCommands(command: Command): readonly Command[] {
  const found: Command[] = []
  for (let instance = 1; instance < command.instance; instance++) found.push({ ...command, instance })
  if ("length" in command) for (const length of simplerNumbers(command.length)) found.push({ ...command, length })
  if ("offset" in command) for (const offset of simplerNumbers(command.offset)) found.push({ ...command, offset })
  return found
}

function simplerNumbers(number: number): readonly number[] {
  const candidates = [0, 1, 2, 17, Math.floor(number / 2), Math.floor(number * 0.9), number - 1]
  return [...new Set(candidates)].filter((candidate) => candidate >= 0 && candidate < number)
}

/** All that is at one name is at a simpler one instead. */
function renamed(commands: readonly Command[]): readonly (readonly Command[])[] {
  const used = new Set(commands.flatMap(pathsOf))
  const order: readonly string[] = names
  return [...used].flatMap((name) => {
    const position = order.indexOf(name)
    const better = order.slice(0, position === -1 ? undefined : position).filter((candidate) => !used.has(candidate))
    return better.map((replacement) => commands.map((command) => rename(command, name, replacement)))
  })
}

function rename(command: Command, from: string, to: string): Command {
  const swap = (path: string): string => (path === from ? to : path)
  return command.method === "move"
    ? { ...command, source: swap(command.source), destination: swap(command.destination) }
    : { ...command, path: swap(command.path) }
}
