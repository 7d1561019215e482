import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { z } from "zod"

const manifest = z.object({ name: z.literal("storage-driver-conformance"), version: z.string() })

/** The version of this package. Its manifest stands above this file, from the sources as from the build. */
export function packageVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const found = readManifest(join(folder, "package.json"))
    if (found !== undefined) return found.version
  }
  throw new Error("the manifest of storage-driver-conformance is missing")
}

function readManifest(path: string): z.infer<typeof manifest> | undefined {
  try {
    return manifest.safeParse(JSON.parse(readFileSync(path, "utf8"))).data
  } catch {
    return undefined // no manifest in this folder: the next one up is looked at
  }
}
