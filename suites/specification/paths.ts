/** Whether the path lies below the directory, at any depth. */
export function isBelow(path: string, directory: string): boolean {
  return path !== directory && (directory === "/" ? path.startsWith("/") : path.startsWith(`${directory}/`))
}

export function isChild(path: string, directory: string): boolean {
  return isBelow(path, directory) && !path.slice(directory === "/" ? 1 : directory.length + 1).includes("/")
}

/** The directories above a path, the nearest first, without the root. */
export function parentsOf(path: string): readonly string[] {
  const parents: string[] = []
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) parents.push(path.slice(0, end))
  return parents
}

/** Whether the path comes after the other in the order of a walk: by components, each in byte order. */
export function comesAfter(path: string, other: string): boolean {
  const [left, right] = [path.split("/"), other.split("/")]
  for (const [index, component] of left.entries()) {
    const against = right[index]
    if (against === undefined) return true
    if (component !== against) return component > against
  }
  return false
}
