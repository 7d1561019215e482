import type { StorageDriver } from "../../drivers/contract.ts"
import { bytesOf, contentOf } from "../../fixtures/content.ts"
import { registryBenchmarks } from "./registry.ts"
import { drain, uploadTo } from "./transfers.ts"

/** What one of several workers of a benchmark does again and again. */
export interface Work {
  /** Makes the next operation possible; its time is not taken. */
  readonly before?: () => Promise<void>
  readonly operation: () => Promise<void>
}

export interface Place {
  readonly driver: StorageDriver
  /** The worker's own. */
  readonly folder: string
}

/** One thing that is measured. */
export interface Benchmark {
  /** Unique: "putContent, 1 KiB, 8 at a time". */
  readonly name: string
  readonly profile: "methods" | "registry"
  /** Content bytes that one operation carries, 0 where it carries none. */
  readonly bytes: number
  /** Workers side by side. */
  readonly concurrency: number
  /** Undefined where the driver does not offer it. */
  readonly prepare: (place: Place) => Promise<Work | undefined>
}

const KiB = 1024
const MiB = 1024 * KiB
const entries = 100

interface Method {
  readonly method: string
  readonly bytes: number
  readonly size: string
  readonly concurrencies: readonly number[]
  readonly prepare: Benchmark["prepare"]
}

/** Files that are written over in turn, so that a benchmark leaves few behind. */
const ring = 32

function ringOf(folder: string): () => string {
  let next = 0
  return () => `${folder}/file-${next++ % ring}`
}

function putting(bytes: number): Method["prepare"] {
  return async ({ driver, folder }) => {
    const content = bytesOf(contentOf(1, bytes))
    const next = ringOf(folder)
    return { operation: () => driver.putContent(next(), content) }
  }
}

/** Work on one file of so many bytes. */
function onFile(bytes: number, operation: (place: Place & { readonly path: string }) => Promise<unknown>): Method["prepare"] {
  return async ({ driver, folder }) => {
    const path = `${folder}/file`
    await uploadTo(driver, path, bytes)
    return {
      operation: async () => {
        await operation({ driver, folder, path })
      },
    }
  }
}

function onFolder(operation: (place: Place) => Promise<unknown>): Method["prepare"] {
  return async (place) => {
    const content = bytesOf(contentOf(1, 24))
    for (let entry = 0; entry < entries; entry++) await place.driver.putContent(`${place.folder}/all/entry-${entry}`, content)
    return {
      operation: async () => {
        await operation({ ...place, folder: `${place.folder}/all` })
      },
    }
  }
}

function moving(): Method["prepare"] {
  return async ({ driver, folder }) => {
    let [here, there] = [`${folder}/here`, `${folder}/there`]
    await driver.putContent(here, bytesOf(contentOf(1, KiB)))
    return {
      operation: async () => {
        await driver.move(here, there)
        ;[here, there] = [there, here]
      },
    }
  }
}

const methods: readonly Method[] = [
  { method: "putContent", bytes: KiB, size: "1 KiB", concurrencies: [1, 8], prepare: putting(KiB) },
  { method: "putContent", bytes: MiB, size: "1 MiB", concurrencies: [1, 8], prepare: putting(MiB) },
  {
    method: "getContent",
    bytes: KiB,
    size: "1 KiB",
    concurrencies: [1, 8],
    prepare: onFile(KiB, ({ driver, path }) => driver.getContent(path)),
  },
  {
    method: "getContent",
    bytes: MiB,
    size: "1 MiB",
    concurrencies: [1, 8],
    prepare: onFile(MiB, ({ driver, path }) => driver.getContent(path)),
  },
  {
    method: "writer",
    bytes: 16 * MiB,
    size: "16 MiB",
    concurrencies: [1, 4],
    prepare: async ({ driver, folder }) => ({ operation: () => uploadTo(driver, `${folder}/upload`, 16 * MiB) }),
  },
  {
    method: "writer, closed and resumed",
    bytes: 4 * MiB,
    size: "4 × 1 MiB",
    concurrencies: [1],
    prepare: async ({ driver, folder }) => {
      const content = bytesOf(contentOf(1, MiB))
      return {
        operation: async () => {
          for (let piece = 0; piece < 4; piece++) {
            const writer = await driver.writer(`${folder}/upload`, piece === 0 ? {} : { append: true })
            await writer.write(content)
            await writer[piece === 3 ? "commit" : "close"]()
          }
        },
      }
    },
  },
  {
    method: "reader",
    bytes: 16 * MiB,
    size: "16 MiB",
    concurrencies: [1, 4],
    prepare: onFile(16 * MiB, ({ driver, path }) => drain(driver, path)),
  },
  {
    method: "stat",
    bytes: 0,
    size: "a file",
    concurrencies: [1, 8],
    prepare: onFile(KiB, ({ driver, path }) => driver.stat(path)),
  },
  {
    method: "list",
    bytes: 0,
    size: "100 files",
    concurrencies: [1],
    prepare: onFolder(({ driver, folder }) => driver.list(folder)),
  },
  {
    method: "walk",
    bytes: 0,
    size: "100 files",
    concurrencies: [1],
    prepare: onFolder(({ driver, folder }) => driver.walk(folder, () => {})),
  },
  { method: "move", bytes: 0, size: "1 KiB", concurrencies: [1, 8], prepare: moving() },
  {
    method: "delete",
    bytes: 0,
    size: "a file",
    concurrencies: [1, 8],
    prepare: async ({ driver, folder }) => {
      const content = bytesOf(contentOf(1, KiB))
      return {
        before: () => driver.putContent(`${folder}/file`, content),
        operation: () => driver.delete(`${folder}/file`),
      }
    },
  },
  {
    method: "redirectURL",
    bytes: 0,
    size: "a file",
    concurrencies: [1],
    prepare: async ({ driver, folder }) => {
      const path = `${folder}/file`
      await driver.putContent(path, bytesOf(contentOf(1, KiB)))
      if ((await driver.redirectURL(path)) === undefined) return undefined
      return {
        operation: async () => {
          await driver.redirectURL(path)
        },
      }
    },
  },
]

const methodBenchmarks: readonly Benchmark[] = methods.flatMap(({ method, size, concurrencies, ...rest }) =>
  concurrencies.map((concurrency) => ({
    ...rest,
    name: `${method}, ${size}${concurrency === 1 ? "" : `, ${concurrency} at a time`}`,
    profile: "methods" as const,
    concurrency,
  })),
)

export const benchmarks: readonly Benchmark[] = [...methodBenchmarks, ...registryBenchmarks]
