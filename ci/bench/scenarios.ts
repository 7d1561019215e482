import { randomBytes } from "node:crypto"
import { Readable } from "node:stream"
import type { ContainerClient } from "@azure/storage-blob"
import type { FileWriter, StorageDriver } from "../../drivers/contract.ts"
import type { Access } from "./backend.ts"

/** One way to do something, over its delayed access; `prepare` is not measured. */
interface Way {
  readonly prepare?: (access: Access, name: string) => Promise<void>
  readonly run: (access: Access, name: string) => Promise<unknown>
  /** It does one of so many equal parts only, since they take their time one after the other; what it takes is multiplied. */
  readonly parts?: number
}

export interface Scenario {
  readonly name: string
  /** For rates; undefined where the time is what counts. */
  readonly bytes?: number
  /** Whether it leaves what is there as it is. */
  readonly isReadOnly?: boolean
  /** In how many rounds each way has its turn. */
  readonly rounds: number
  /** How often in each. */
  readonly iterations: number
  readonly driver: Way
  /** The SDK used directly, in its best way. */
  readonly sdk: Way
  /** As Distribution's own driver does it; undefined where that is the same as the SDK's way. */
  readonly distribution?: Way
  /** Milliseconds of delay up to which Distribution's way is measured, where it would take minutes. */
  readonly distributionUpTo?: number
}

const KiB = 1024
const MiB = 1024 ** 2
const GiB = 1024 ** 3
const block = 4 * MiB
const someBytes = randomBytes(8 * MiB)

/** Content of a size, in the pieces in which it may come over the network. */
function* pieces(size: number): Generator<Buffer> {
  const piece = 256 * KiB
  for (let offset = 0; offset < size; offset += piece) {
    const start = offset % someBytes.length
    yield someBytes.subarray(start, start + Math.min(piece, size - offset))
  }
}

const blockBlob = ({ container }: { readonly container: ContainerClient }, name: string) => container.getBlockBlobClient(name)
const appendBlob = ({ container }: { readonly container: ContainerClient }, name: string) => container.getAppendBlobClient(name)

async function write(writer: FileWriter, size: number): Promise<void> {
  for (const piece of pieces(size)) await writer.write(piece)
}

async function append(access: Access, name: string, size: number): Promise<void> {
  const blob = appendBlob(access, name)
  for (let offset = 0; offset < size; offset += block) {
    const content = someBytes.subarray(0, Math.min(block, size - offset))
    await blob.appendBlock(content, content.length)
  }
}

async function consume(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function store(access: Access, name: string, size: number): Promise<void> {
  await blockBlob(access, name).uploadStream(Readable.from(pieces(size)), 8 * MiB, 4)
}

function put(name: string, size: number, times: { readonly rounds: number; readonly iterations: number }): Scenario {
  const content = someBytes.subarray(0, size)
  return {
    name,
    ...times,
    driver: { run: ({ driver }, path) => driver.putContent(`/${path}`, content) },
    sdk: { run: (access, path) => blockBlob(access, path).upload(content, size) },
    distribution: {
      async run(access, path) {
        await appendBlob(access, path).create()
        await append(access, path, size)
      },
    },
  }
}

function upload(name: string, size: number, times: { readonly rounds: number; readonly iterations: number }): Scenario {
  return {
    name,
    bytes: size,
    ...times,
    driver: {
      async run({ driver }, path) {
        const writer = await driver.writer(`/${path}`)
        await write(writer, size)
        await writer.commit()
        await writer.close()
      },
    },
    sdk: {
      run: (access, path) =>
        size <= 8 * MiB
          ? blockBlob(access, path).upload(someBytes.subarray(0, size), size)
          : blockBlob(access, path).uploadStream(Readable.from(pieces(size)), 8 * MiB, 8),
    },
    distribution: {
      parts: size === GiB ? 4 : 1,
      async run(access, path) {
        await appendBlob(access, path).create()
        await append(access, path, size === GiB ? size / 4 : size)
      },
    },
  }
}

function read(name: string, size: number, times: { readonly rounds: number; readonly iterations: number }): Scenario {
  const prepare: Way["prepare"] = async (access) => {
    if (!(await blockBlob(access, "content").exists())) await store(access, "content", size)
  }
  const isSmall = size <= MiB
  return {
    name,
    bytes: size,
    isReadOnly: true,
    ...times,
    driver: {
      prepare,
      run: async ({ driver }) =>
        size <= KiB ? driver.getContent("/content") : consume(await driver.reader("/content", { offset: 0 })),
    },
    sdk: {
      prepare,
      run: async (access) =>
        isSmall
          ? consume((await blockBlob(access, "content").download()).readableStreamBody as Readable)
          : blockBlob(access, "content").downloadToBuffer(0, size, { blockSize: 8 * MiB, concurrency: 8 }),
    },
    distribution: {
      prepare,
      async run(access) {
        const blob = blockBlob(access, "content")
        await blob.getProperties()
        await consume((await blob.download()).readableStreamBody as Readable)
      },
    },
  }
}

const resume: Scenario = {
  name: "resume at 64 MiB, 4 MiB more",
  rounds: 2,
  iterations: 3,
  driver: {
    async prepare({ driver }, path) {
      const writer = await driver.writer(`/${path}`)
      await write(writer, 64 * MiB)
      await writer.close()
    },
    async run({ driver }, path) {
      const writer = await driver.writer(`/${path}`, { append: true })
      await write(writer, block)
      await writer.close()
    },
  },
  sdk: {
    async prepare(access, path) {
      for (let index = 0; index < 16; index++) await stage(access, path, index)
    },
    async run(access, path) {
      const { uncommittedBlocks = [] } = await blockBlob(access, path).getBlockList("uncommitted")
      await stage(access, path, uncommittedBlocks.length)
    },
  },
  distribution: {
    async prepare(access, path) {
      await appendBlob(access, path).create()
      await append(access, path, 64 * MiB)
    },
    async run(access, path) {
      await appendBlob(access, path).getProperties()
      await append(access, path, block)
    },
  },
}

async function stage(access: Access, path: string, index: number): Promise<void> {
  const id = Buffer.from(String(index).padStart(8, "0")).toString("base64")
  await blockBlob(access, path).stageBlock(id, someBytes.subarray(0, block), block)
}

function move(name: string, replaces: boolean): Scenario {
  const prepare: Way["prepare"] = async (access, path) => {
    await store(access, `${path}/source`, 64 * MiB)
    if (replaces) await store(access, `${path}/destination`, KiB)
  }
  return {
    name,
    rounds: 3,
    iterations: 1,
    driver: { prepare, run: ({ driver }, path) => driver.move(`/${path}/source`, `/${path}/destination`) },
    sdk: {
      prepare,
      async run(access, path) {
        const source = blockBlob(access, `${path}/source`)
        const poller = await blockBlob(access, `${path}/destination`).beginCopyFromURL(source.url)
        await poller.pollUntilDone()
        await source.delete()
      },
    },
  }
}

async function manyFiles({ container }: Access, folder: string, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index).values()
  const work = async () => {
    for (const number of numbers) await container.getBlockBlobClient(`${folder}/${number % 20}/${number}`).upload("x", 1)
  }
  await Promise.all(Array.from({ length: 16 }, work))
}

const deletion: Scenario = {
  name: "delete 2,000 files",
  rounds: 1,
  iterations: 1,
  distributionUpTo: 20,
  driver: {
    prepare: (access, path) => manyFiles(access, path, 2_000),
    run: ({ driver }, path) => driver.delete(`/${path}`),
  },
  sdk: {
    prepare: (access, path) => manyFiles(access, path, 2_000),
    async run({ container, driver: _, parameters }, path) {
      const batches = container.getBlobBatchClient()
      const names: string[] = []
      for await (const { name } of container.listBlobsFlat({ prefix: `${path}/` })) names.push(name)
      const firsts = Array.from({ length: Math.ceil(names.length / 256) }, (_, index) => index * 256)
      await Promise.all(
        firsts.map(async (first) => {
          const clients = names.slice(first, first + 256).map((name) => container.getBlobClient(name))
          if (parameters.credentials.type === "shared_key") await batches.deleteBlobs(clients)
        }),
      )
    },
  },
  distribution: {
    prepare: (access, path) => manyFiles(access, path, 2_000),
    parts: 4,
    async run({ container }, path) {
      let deleted = 0
      for await (const { name } of container.listBlobsFlat({ prefix: `${path}/` })) {
        if (deleted++ < 500) await container.getBlobClient(name).delete()
      }
    },
  },
}

async function tenThousand(access: Access): Promise<void> {
  if (!(await blockBlob(access, "many/0").exists())) {
    const numbers = Array.from({ length: 10_000 }, (_, index) => index).values()
    const work = async () => {
      for (const number of numbers) await blockBlob(access, `many/${number}`).upload("x", 1)
    }
    await Promise.all(Array.from({ length: 16 }, work))
  }
}

const list: Scenario = {
  name: "list 10,000 files",
  isReadOnly: true,
  rounds: 3,
  iterations: 1,
  driver: { prepare: tenThousand, run: ({ driver }: { readonly driver: StorageDriver }) => driver.list("/many") },
  sdk: { prepare: tenThousand, run: ({ container }) => consume(container.listBlobsByHierarchy("/", { prefix: "many/" })) },
  distribution: { prepare: tenThousand, run: ({ container }) => consume(container.listBlobsFlat({ prefix: "many/" })) },
}

export const scenarios: readonly Scenario[] = [
  put("put 1 KiB", KiB, { rounds: 3, iterations: 9 }),
  upload("upload 1 MiB", MiB, { rounds: 3, iterations: 9 }),
  upload("upload 64 MiB", 64 * MiB, { rounds: 3, iterations: 1 }),
  upload("upload 1 GiB", GiB, { rounds: 2, iterations: 1 }),
  read("read 1 KiB", KiB, { rounds: 3, iterations: 9 }),
  read("read 1 MiB", MiB, { rounds: 3, iterations: 9 }),
  read("read 64 MiB", 64 * MiB, { rounds: 3, iterations: 3 }),
  read("read 1 GiB", GiB, { rounds: 3, iterations: 1 }),
  resume,
  move("move 64 MiB", false),
  move("move 64 MiB over 1 KiB", true),
  deletion,
  list,
]
