import { InvalidPathError } from "../contract.ts"
import { driverName } from "./errors.ts"

/** Limits of the service on the name of a blob. Azurite does not enforce them. */
const maxNameLength = 1024
const maxNameSegments = 254

/**
 * Paths as names of blobs, one to one.
 *
 * The service drops dots at the end of a name's parts, and every URL parser resolves the parts `.` and `..`: a part that ends in
 * a dot therefore gets a `~` behind it, which no path has. All other paths are stored as they are, without the leading slash.
 */
export class BlobNames {
  /** What every name begins with: nothing, or the root directory and a slash. */
  readonly #prefix: string

  /** @param rootDirectory without slashes at its ends; "" for the container itself */
  constructor(rootDirectory: string) {
    this.#prefix = rootDirectory === "" ? "" : `${escapePath(rootDirectory)}/`
  }

  /** @throws InvalidPathError for a name that is too long for the service */
  ofFile(path: string): string {
    const name = this.#prefix + escapePath(path.slice(1))
    const segments = name.split("/").length
    if (name.length <= maxNameLength && segments <= maxNameSegments) return name
    const limit = `${maxNameLength} characters and ${maxNameSegments} components`
    const message = `${driverName}: the path is too long: the blob's name would have ${name.length} characters and ${segments} components, of at most ${limit}: ${path}`
    throw new InvalidPathError({ driverName, path, message })
  }

  /** What the names of all files below a directory begin with; "" for all blobs of the container. */
  ofDirectory(path: string): string {
    return path === "/" ? this.#prefix : `${this.ofFile(path)}/`
  }

  /**
   * The path of a blob, or of a directory (whose name ends in a slash). Undefined for names that no path has: other programs
   * may have put them into the container.
   */
  toPath(name: string): string | undefined {
    if (!name.startsWith(this.#prefix)) return undefined
    const parts = name.slice(this.#prefix.length).replace(/\/$/, "").split("/")
    const components = parts.map(unescapeComponent)
    return components.every((component) => component !== undefined) ? `/${components.join("/")}` : undefined
  }
}

function escapePath(path: string): string {
  return path.replaceAll(/\.(?=\/|$)/g, ".~")
}

function unescapeComponent(part: string): string | undefined {
  const component = part.endsWith(".~") ? part.slice(0, -1) : part
  return /^[A-Za-z0-9._-]+$/.test(component) && escapePath(component) === part ? component : undefined
}
