import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build, type Metafile } from "esbuild"
import { z } from "zod"

/**
 * Puts Azurite's blob service into one file, so that whoever installs the package gets an Azurite without Azurite's 450
 * packages, and the licences of all that is in that file beside it.
 */

const checkout = fileURLToPath(new URL("../..", import.meta.url))
const outputFolder = join(checkout, "dist/fixtures/targets")

export interface Bundle {
  readonly serverFile: string
  readonly licencesFile: string
  readonly bytes: number
  readonly packages: readonly BundledPackage[]
}

export interface BundledPackage {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** The full text of each licence and notice file in the package's folder; where it has none, what its readme says. */
  readonly texts: readonly string[]
}

/** @throws where a package in the bundle states no licence */
export async function bundleAzurite(folder: string = outputFolder): Promise<Bundle> {
  await mkdir(folder, { recursive: true })
  const serverFile = join(folder, "azurite-server.cjs")
  const licencesFile = join(folder, "azurite-LICENSES.txt")
  const { metafile } = await build({
    absWorkingDir: checkout,
    entryPoints: ["fixtures/targets/azurite-server.ts"],
    outfile: serverFile,
    alias: { applicationinsights: "./ci/stubs/applicationinsights/index.cjs" },
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    metafile: true,
    logLevel: "error",
  })
  const packages = await Promise.all(packageFolders(metafile).map(readPackage))
  const sorted = packages.toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
  await writeFile(licencesFile, licencesText(sorted))
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
  return { serverFile, licencesFile, bytes, packages: sorted }
}

/** Folders of the packages of which at least one byte is in the bundle, relative to the checkout. */
function packageFolders(metafile: Metafile): readonly string[] {
  const inBundle = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  const folders = inBundle.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
  return [...new Set(folders)]
}

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
  author: z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]).optional(),
})

async function readPackage(folder: string): Promise<BundledPackage> {
  const path = join(checkout, folder)
  const { name, version, license, licenses, author } = manifest.parse(
    JSON.parse(await readFile(join(path, "package.json"), "utf8")),
  )
  const licence = license ?? licenses?.map(({ type }) => type).join(" OR ")
  if (licence === undefined) throw new Error(`${name} ${version} in the bundle states no licence`)
  const files = (await readdir(path)).toSorted()
  // Azurite's notice lists every package that it could load, most of which the bundle leaves out: our list stands in its place.
  const kinds = name === "azurite" ? /^(licen[cs]e|copying)/i : /^(licen[cs]e|copying|notice)/i
  const texts = await Promise.all(files.filter((file) => kinds.test(file)).map((file) => readFile(join(path, file), "utf8")))
  if (texts.length > 0) return { name, version, licence, texts }
  const stated = `The package has no licence file. Its manifest says: ${licence}${author === undefined ? "" : `, ${author}`}.`
  const readme = files.find((file) => /^readme/i.test(file))
  const section = readme === undefined ? undefined : licenceSection(await readFile(join(path, readme), "utf8"))
  return { name, version, licence, texts: section === undefined ? [stated] : [stated, section] }
}

/** A readme from its heading "License" on. */
function licenceSection(readme: string): string | undefined {
  return /^(#+[ \t]*licen[cs]e\b|licen[cs]e[ \t]*\n[-=]{3,}).*/ims.exec(readme)?.[0]
}

function licencesText(packages: readonly BundledPackage[]): string {
  const line = "-".repeat(80)
  const head = `azurite-server.cjs holds Azurite's blob service and the ${packages.length - 1} packages it needs, under these licences.`
  const entries = packages.map(({ name, version, licence, texts }) =>
    [line, `${name} ${version}: ${licence}`, line, ...texts.map((text) => text.trim())].join("\n\n"),
  )
  return `${[head, ...entries].join("\n\n")}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes, packages } = await bundleAzurite()
  process.stdout.write(`azurite-server.cjs: ${(bytes / 1024 ** 2).toFixed(1)} MiB, ${packages.length} packages\n`)
}
