import { existsSync, statSync } from "node:fs"
import { extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { resolve as resolvePackage } from "import-meta-resolve"
import type { DriverModuleLocation } from "../execution/backend.ts"
import { BadInput, nearest } from "./bad-input.ts"

/** The drivers that come with the suite, by name. */
const bundledDrivers = ["inmemory", "filesystem", "azure"] as const

const endings = [".ts", ".mts", ".js", ".mjs"]

/**
 * Finds the module that the user means: a bundled name, a path, or the name of a package that is installed where the command runs.
 *
 * @throws BadInput
 */
export function locateDriver(reference: string, folder: string): DriverModuleLocation {
  const bundled = bundledDrivers.find((name) => name === reference)
  if (bundled !== undefined) {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
    return { reference, url: new URL(`../../drivers/${bundled}/index.${extension}`, import.meta.url).href }
  }
  return looksLikePath(reference) ? locateFile(reference, folder) : locatePackage(reference, folder)
}

function looksLikePath(reference: string): boolean {
  return /^[./~]|^[A-Za-z]:[\\/]/.test(reference) || endings.includes(extname(reference))
}

function locateFile(reference: string, folder: string): DriverModuleLocation {
  const path = resolve(folder, reference)
  if (!existsSync(path)) throw new BadInput(`there is no file ${reference}`)
  if (!statSync(path).isFile()) throw new BadInput(`${reference} is a folder: name the module in it`)
  if (!endings.includes(extname(path)))
    throw new BadInput(`${reference} is no module: its name must end in ${endings.join(", ")}`)
  return { reference, url: pathToFileURL(path).href }
}

function locatePackage(reference: string, folder: string): DriverModuleLocation {
  try {
    return { reference, url: resolvePackage(reference, pathToFileURL(`${folder}/`).href) }
  } catch {
    const meant = nearest(reference, bundledDrivers)
    const hint =
      meant === undefined ? `bundled are ${bundledDrivers.join(", ")}; a path begins with ./` : `did you mean ${meant}?`
    throw new BadInput(`unknown driver "${reference}", and no package of that name is installed here: ${hint}`)
  }
}
