import type { Measurement, Place, Prepare } from "./benchmark.ts"
import { bytesToWrite, drain, MiB, uploadTo } from "./transfers.ts"

const KiB = 1024
const entries = 100
/** What a client asks for that goes on with a pull, or looks into a layer. */
const range = 64 * KiB

/** Files that are written over in turn, so that a benchmark leaves few behind. */
const ring = 32

function putting(bytes: number): Prepare {
  return async ({ driver, folder }) => {
    let next = 0
    return { operation: () => driver.putContent(`${folder}/file-${next++ % ring}`, bytesToWrite(bytes)) }
  }
}

/** Work on one file of so many bytes. */
function onFile(bytes: number, operation: (place: Place & { readonly path: string }) => Promise<unknown>): Prepare {
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

function onFolder(operation: (place: Place) => Promise<unknown>): Prepare {
  return async (place) => {
    const folder = `${place.folder}/all`
    for (let entry = 0; entry < entries; entry++) await place.driver.putContent(`${folder}/entry-${entry}`, bytesToWrite(24))
    return {
      operation: async () => {
        await operation({ ...place, folder })
      },
    }
  }
}

const resuming: Prepare = async ({ driver, folder }) => ({
  operation: async () => {
    for (let piece = 0; piece < 4; piece++) {
      const writer = await driver.writer(`${folder}/upload`, piece === 0 ? {} : { append: true })
      await writer.write(bytesToWrite(MiB))
      await writer[piece === 3 ? "commit" : "close"]()
    }
  },
})

const moving: Prepare = async ({ driver, folder }) => {
  let [here, there] = [`${folder}/here`, `${folder}/there`]
  await driver.putContent(here, bytesToWrite(KiB))
  return {
    operation: async () => {
      await driver.move(here, there)
      ;[here, there] = [there, here]
    },
  }
}

const deleting: Prepare = async ({ driver, folder }) => ({
  before: () => driver.putContent(`${folder}/file`, bytesToWrite(KiB)),
  operation: () => driver.delete(`${folder}/file`),
})

const givingURLs: Prepare = async ({ driver, folder }) => {
  const path = `${folder}/file`
  await driver.putContent(path, bytesToWrite(KiB))
  if ((await driver.redirectURL(path)) === undefined) return undefined
  return {
    operation: async () => {
      await driver.redirectURL(path)
    },
  }
}

/** Each method, over sizes. */
export function methodsOf(bytes: number): readonly Measurement[] {
  const small = [KiB, MiB]
  const part = Math.min(range, Math.ceil(bytes / 2))
  return [
    ...small.map((length) => ({ what: `putContent ${sizeText(length)}`, bytes: length, prepare: putting(length) })),
    ...small.map((length) => ({
      what: `getContent ${sizeText(length)}`,
      bytes: length,
      prepare: onFile(length, ({ driver, path }) => driver.getContent(path)),
    })),
    {
      what: `writer ${sizeText(bytes)}`,
      bytes,
      prepare: async ({ driver, folder }) => ({ operation: () => uploadTo(driver, `${folder}/upload`, bytes) }),
    },
    { what: "writer resumed 4 × 1 MiB", bytes: 4 * MiB, alone: true, prepare: resuming },
    { what: `reader ${sizeText(bytes)}`, bytes, prepare: onFile(bytes, ({ driver, path }) => drain(driver, path, bytes)) },
    {
      what: `reader offset ${sizeText(part)}`,
      bytes: part,
      prepare: onFile(bytes, ({ driver, path }) => drain(driver, path, part, Math.floor(bytes / 2))),
    },
    { what: "stat", bytes: 0, prepare: onFile(KiB, ({ driver, path }) => driver.stat(path)) },
    { what: "list 100 files", bytes: 0, alone: true, prepare: onFolder(({ driver, folder }) => driver.list(folder)) },
    { what: "walk 100 files", bytes: 0, alone: true, prepare: onFolder(({ driver, folder }) => driver.walk(folder, () => {})) },
    { what: "move", bytes: 0, prepare: moving },
    { what: "delete", bytes: 0, prepare: deleting },
    { what: "redirectURL", bytes: 0, alone: true, prepare: givingURLs },
  ]
}

/** "16 MiB". */
function sizeText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"]
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** unit).toLocaleString("en-US", { maximumSignificantDigits: 3 })} ${units[unit]}`
}
