/** Whether the path lies below the directory, at any depth. */
export function isBelow(path: string, directory: string): boolean {
  return path !== directory && (directory === "/" ? path.startsWith("/") : path.startsWith(`${directory}/`))
}

export function isChild(path: string, directory: string): boolean {
  return isBelow(path, directory) && path.lastIndexOf("/") <= directory.length
}

/** The directories above a path, the nearest first, without the root. */
export function parentsOf(path: string): readonly string[] {
  const parents: string[] = []
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) parents.push(path.slice(0, end))
  return parents
}

/** Whether the path comes after the other in the order of a walk: by components, each in byte order. */
export function comesAfter(path: string, other: string): boolean {
  return byComponents(path) > byComponents(other)
}

/** Names hold characters that come before the slash: in the order of what this gives none does. */
function byComponents(path: string): string {
  return path.replaceAll("/", "\0")
}
