import { randomBytes } from "node:crypto"
import type { StorageDriver } from "../../drivers/contract.ts"
import type { Measurement, Place, Prepare } from "./benchmark.ts"
import { bytesToWrite, drain, MiB, uploadTo } from "./transfers.ts"

const KiB = 1024

/** Bytes of the blobs of an image: two layers and a configuration. */
const imageBlobs = [4 * MiB, 2 * MiB, 2 * KiB]
const imageBytes = imageBlobs.reduce((sum, bytes) => sum + bytes)

/**
 * The calls that a registry makes, on the paths on which it makes them. Source: Distribution, registry/storage/paths.go,
 * blobwriter.go, linkedblobstore.go and garbagecollect.go
 */
class Registry {
  readonly #driver: StorageDriver
  readonly #root: string

  constructor({ driver, folder }: Place) {
    this.#driver = driver
    this.#root = `${folder}/docker/registry/v2`
  }

  /** Uploads an image, tags it, and gives the digests of its blobs. */
  async push(repository: string): Promise<readonly string[]> {
    const digests = imageBlobs.map(() => randomBytes(32).toString("hex"))
    await Promise.all(digests.map((digest, index) => this.#pushBlob(repository, digest, imageBlobs[index] ?? 0)))
    const manifest = randomBytes(32).toString("hex")
    await this.#driver.putContent(this.#blob(manifest), Buffer.from(JSON.stringify(digests)))
    await this.#link(`${this.#repository(repository)}/_manifests/revisions/sha256/${manifest}/link`, manifest)
    await this.#link(`${this.#repository(repository)}/_manifests/tags/latest/index/sha256/${manifest}/link`, manifest)
    await this.#link(`${this.#repository(repository)}/_manifests/tags/latest/current/link`, manifest)
    return digests
  }

  /** Resolves the tag, reads the manifest and all blobs. */
  async pull(repository: string): Promise<void> {
    const manifest = await this.#target(`${this.#repository(repository)}/_manifests/tags/latest/current/link`)
    await this.#target(`${this.#repository(repository)}/_manifests/revisions/sha256/${manifest}/link`)
    const digests: unknown = JSON.parse(Buffer.from(await this.#driver.getContent(this.#blob(manifest))).toString())
    if (!Array.isArray(digests)) throw new Error("the manifest that was pushed is not what was pulled")
    await Promise.all(
      digests.map(String).map(async (digest) => {
        await this.#target(this.#layer(repository, digest))
        const { size } = await this.#driver.stat(this.#blob(digest))
        await drain(this.#driver, this.#blob(digest), size)
      }),
    )
  }

  /** Makes a blob of one repository one of another's, without moving a byte. */
  async mount(from: string, to: string, digest: string): Promise<void> {
    await this.#target(this.#layer(from, digest))
    await this.#driver.stat(this.#blob(digest))
    await this.#link(this.#layer(to, digest), digest)
  }

  /** Marks what manifests name, and deletes the blobs that are not marked. */
  async collectGarbage(): Promise<void> {
    const marked = new Set<string>()
    await this.#driver.walk(`${this.#root}/repositories`, ({ path }) => {
      const [, digest] = /\/sha256\/([0-9a-f]{64})\/link$/.exec(path) ?? []
      if (digest !== undefined) marked.add(digest)
    })
    const unmarked: string[] = []
    await this.#driver.walk(`${this.#root}/blobs`, ({ path }) => {
      const [, folder, digest] = /^(.*\/([0-9a-f]{64}))\/data$/.exec(path) ?? []
      if (folder !== undefined && digest !== undefined && !marked.has(digest)) unmarked.push(folder)
    })
    for (const folder of unmarked) await this.#driver.delete(folder)
  }

  /** A blob that nothing links to. */
  async leaveGarbage(): Promise<void> {
    await this.#driver.putContent(this.#blob(randomBytes(32).toString("hex")), bytesToWrite(KiB))
  }

  /** Without it a fast driver would fill what it stores to. */
  async dropBlobs(digests: readonly string[]): Promise<void> {
    for (const digest of digests) await this.#driver.delete(this.#blob(digest))
  }

  async #pushBlob(repository: string, digest: string, bytes: number): Promise<void> {
    const upload = `${this.#repository(repository)}/_uploads/${randomBytes(16).toString("hex")}`
    await this.#driver.putContent(`${upload}/startedat`, Buffer.from(new Date().toISOString()))
    await uploadTo(this.#driver, `${upload}/data`, bytes)
    await this.#driver.move(`${upload}/data`, this.#blob(digest))
    await this.#link(this.#layer(repository, digest), digest)
    await this.#driver.delete(upload)
  }

  async #link(path: string, digest: string): Promise<void> {
    await this.#driver.putContent(path, Buffer.from(`sha256:${digest}`))
  }

  async #target(path: string): Promise<string> {
    return Buffer.from(await this.#driver.getContent(path))
      .toString()
      .replace(/^sha256:/, "")
  }

  #repository(name: string): string {
    return `${this.#root}/repositories/${name}`
  }

  #layer(repository: string, digest: string): string {
    return `${this.#repository(repository)}/_layers/sha256/${digest}/link`
  }

  #blob(digest: string): string {
    return `${this.#root}/blobs/sha256/${digest.slice(0, 2)}/${digest}/data`
  }
}

/** Repositories into which images are pushed in turn, so that few are left behind. */
const repositories = 4

const pushing: Prepare = async (place) => {
  const registry = new Registry(place)
  let pushed = 0
  let last: readonly string[] = []
  return {
    before: () => registry.dropBlobs(last),
    operation: async () => {
      last = await registry.push(`library/image-${pushed++ % repositories}`)
    },
  }
}

const pulling: Prepare = async (place) => {
  const registry = new Registry(place)
  await registry.push("library/image")
  return { operation: () => registry.pull("library/image") }
}

const mounting: Prepare = async (place) => {
  const registry = new Registry(place)
  const [digest = ""] = await registry.push("library/image")
  let mounted = 0
  return { operation: () => registry.mount("library/image", `library/other-${mounted++ % repositories}`, digest) }
}

/** Of 4 images, 3 blobs that nothing links to among theirs. */
const collecting: Prepare = async (place) => {
  const registry = new Registry(place)
  for (let index = 0; index < repositories; index++) await registry.push(`library/image-${index}`)
  return {
    before: async () => {
      for (let blob = 0; blob < 3; blob++) await registry.leaveGarbage()
    },
    operation: () => registry.collectGarbage(),
  }
}

/** What a registry does with a driver. */
export const registryMeasurements: readonly Measurement[] = [
  { what: "push image of 6 MiB", bytes: imageBytes, prepare: pushing },
  { what: "pull image of 6 MiB", bytes: imageBytes, prepare: pulling },
  { what: "mount a blob", bytes: 0, prepare: mounting },
  { what: "garbage collection", bytes: 0, alone: true, prepare: collecting },
]
