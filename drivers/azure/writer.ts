import { randomBytes } from "node:crypto"
import type { BlockBlobClient } from "@azure/storage-blob"
import { type CallOptions, type FileWriter, StorageDriverError } from "../contract.ts"
import { blobProperties } from "./blob.ts"
import { baseOf } from "./block-id.ts"
import { maxBlocks, nextBlockSize, windowOf } from "./block-size.ts"
import { BlockStager, checksumOf } from "./block-stager.ts"
import type { Storage } from "./client.ts"
import { blobNotFound, driverName, hasErrorCode, isBlobNotFound, toDriverError } from "./errors.ts"
import { contentType, putBlob } from "./put.ts"
import { latestUpload, newUpload, nextBlockId, resumingEpoch, type StagedBlock, tombstoneId, type Upload } from "./uploads.ts"

export interface WriterTarget {
  readonly storage: Storage
  readonly blob: BlockBlobClient
  readonly path: string
}

/**
 * Opens an upload in blocks staged at the blob itself: they are invisible until one request commits them in place of what is
 * there, and any other process finds them in the service.
 *
 * What a new upload has to know of the path (what is there, which upload was the last) mostly turns out to be nothing, as a registry
 * uploads to a path of its own. So its marker goes along with the questions, made for that; where the answers are others, a second
 * one supersedes it.
 */
export async function openWriter(
  { storage, blob, path }: WriterTarget,
  { append, signal }: { readonly append: boolean; readonly signal: AbortSignal | undefined },
): Promise<FileWriter> {
  const now = Date.now()
  const nonce = randomBytes(4).toString("hex")
  const likely = newUpload([], baseOf(undefined), nonce, now)
  const [committed, listed, begun] = await Promise.allSettled([
    blobProperties(storage.requests, blob, signal),
    stagedBlocks(storage, blob, signal),
    append ? undefined : stageOneByte(storage, blob, likely.marker, signal),
  ])
  const existing = resultOf(committed)
  if (existing !== undefined && existing.blobType !== "BlockBlob") {
    throw unusable(path, `the blob is of type ${existing.blobType}, to which no blocks can be staged: delete it first`)
  }
  const base = baseOf(existing?.etag)
  const target = { storage, blob, path, nonce }
  if (append) {
    const staged = resultOf(listed)
    const pending = pendingUpload(staged, base)
    if (pending !== undefined) {
      return new BlockWriter({ ...target, upload: pending, epoch: resumingEpoch(pending, now), begun: true })
    }
    if (existing === undefined) throw blobNotFound()
    if (existing.size > 0) throw unusable(path, "content that is committed cannot be appended to")
    const upload = newUpload(staged, base, nonce, now)
    return new BlockWriter({ ...target, upload, epoch: upload.epoch, begun: false })
  }
  const others = resultOf(listed).filter(({ id }) => id !== likely.marker)
  const isRight = base === likely.base && newUpload(others, base, nonce, now).generation === likely.generation
  if (isRight) resultOf(begun)
  const upload = isRight ? likely : newUpload([...others, { id: likely.marker, size: 1 }], base, nonce, now)
  if (!isRight) await stageOneByte(storage, blob, upload.marker, signal)
  return new BlockWriter({ ...target, upload, epoch: upload.epoch, begun: true })
}

function resultOf<T>(outcome: PromiseSettledResult<T>): T {
  if (outcome.status === "rejected") throw outcome.reason
  return outcome.value
}

/**
 * Whether an upload is pending that could be resumed.
 *
 * @param etag of what is committed at the blob's name, undefined where nothing is
 */
export async function hasPendingUpload(
  storage: Storage,
  blob: BlockBlobClient,
  etag: string | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return pendingUpload(await stagedBlocks(storage, blob, signal), baseOf(etag)) !== undefined
}

/** Other content at the path than when the upload began means that it was superseded: the service drops its blocks then. */
function pendingUpload(staged: readonly StagedBlock[], base: string): Upload | undefined {
  const upload = latestUpload(staged)
  return upload?.base === base ? upload : undefined
}

async function stagedBlocks(
  { requests }: Storage,
  blob: BlockBlobClient,
  signal: AbortSignal | undefined,
): Promise<readonly StagedBlock[]> {
  try {
    const { uncommittedBlocks } = await requests.send((abortSignal) => blob.getBlockList("uncommitted", { abortSignal }), {
      signal,
    })
    return uncommittedBlocks?.map(({ name, size }) => ({ id: name, size })) ?? []
  } catch (error) {
    if (isBlobNotFound(error)) return []
    throw error
  }
}

/** Markers and tombstones have one byte, since the service refuses empty blocks. */
async function stageOneByte(
  { requests }: Storage,
  blob: BlockBlobClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const content = Buffer.alloc(1)
  const transactionalContentMD5 = checksumOf(content)
  await requests.send((abortSignal) => blob.stageBlock(id, content, 1, { abortSignal, transactionalContentMD5 }), { signal })
}

function unusable(path: string, reason: string): StorageDriverError {
  return new StorageDriverError({ driverName, path, message: `${driverName}: upload to ${path}: ${reason}` })
}

interface BlockWriterOptions extends WriterTarget {
  readonly nonce: string
  readonly upload: Upload
  readonly epoch: number
  /** Whether the marker is staged. */
  readonly begun: boolean
}

/**
 * Its memory: one block that fills, and those on their way, which together take no more than chunksize × concurrency or are one. A
 * call that fails ends the writer; the upload can be resumed. That nothing is called after close, commit or cancel is seen to by the
 * argument checks in front of the driver.
 */
class BlockWriter implements FileWriter {
  readonly #options: BlockWriterOptions
  readonly #stager: BlockStager
  readonly #blocks: string[]
  #begun: boolean
  /** Bytes in blocks; the rest of the size is in the buffer. */
  #staged: number
  #buffer: Buffer | undefined
  #filled = 0

  constructor(options: BlockWriterOptions) {
    this.#options = options
    this.#stager = new BlockStager(options.blob, options.storage.requests)
    this.#blocks = [...options.upload.blocks]
    this.#staged = options.upload.size
    this.#begun = options.begun
  }

  get size(): number {
    return this.#staged + this.#filled
  }

  async write(chunk: Uint8Array, { signal }: CallOptions = {}): Promise<void> {
    await this.#unlessFailed("write", signal, async () => {
      let rest = chunk
      while (rest.length > 0) {
        this.#buffer ??= this.#stager.bufferOf(nextBlockSize(this.#staged, this.#options.storage.transfer.chunksize))
        const taken = rest.subarray(0, this.#buffer.length - this.#filled)
        this.#buffer.set(taken, this.#filled)
        this.#filled += taken.length
        rest = rest.subarray(taken.length)
        if (this.#filled === this.#buffer.length) await this.#stageBuffer(signal)
      }
    })
  }

  async close({ signal }: CallOptions = {}): Promise<void> {
    await this.#unlessFailed("close", signal, () => this.#flush(signal))
  }

  /**
   * The last request has no condition: repeated after a lost answer it still succeeds. Content that is no longer than the first block
   * is stored by it as well.
   */
  async commit({ signal }: CallOptions = {}): Promise<void> {
    await this.#unlessFailed("commit", signal, async () => {
      if (this.#blocks.length === 0 && this.#buffer !== undefined && this.#filled > 0) {
        const { storage, blob } = this.#options
        await putBlob(storage, blob, this.#buffer.subarray(0, this.#filled), signal)
        this.#buffer = undefined
      } else {
        await this.#flush(signal)
        await this.#commitBlocks(signal)
      }
    })
  }

  async #commitBlocks(signal: AbortSignal | undefined): Promise<void> {
    const { storage, blob, path } = this.#options
    const options = { blobHTTPHeaders: { blobContentType: contentType } }
    try {
      await storage.requests.send((abortSignal) => blob.commitBlockList(this.#blocks, { ...options, abortSignal }), { signal })
    } catch (error) {
      if (!hasErrorCode(error, "InvalidBlockList", "BlobNotFound")) throw error
      throw unusable(path, "its blocks are gone, since other content was committed or deleted at the path: begin it anew")
    }
  }

  /**
   * The blocks stay until the service drops them, with the next commit or delete at the path or after a week, and can be neither
   * seen nor resumed. Deleting them now could not be kept from deleting what another writer commits at that moment.
   */
  async cancel({ signal }: CallOptions = {}): Promise<void> {
    const { storage, blob, path, upload, nonce } = this.#options
    this.#stager.fail(unusable(path, "it was cancelled"))
    this.#buffer = undefined
    if (!this.#begun) return
    try {
      const staged = await stagedBlocks(storage, blob, signal)
      if (staged.some(({ id }) => id === upload.marker)) await stageOneByte(storage, blob, tombstoneId(upload, nonce), signal)
    } catch (error) {
      throw toDriverError(error, "cancel the upload to", path, signal)
    }
  }

  async #unlessFailed(operation: string, signal: AbortSignal | undefined, run: () => Promise<void>): Promise<void> {
    try {
      this.#stager.throwIfFailed()
      await run()
    } catch (error) {
      const failure = toDriverError(error, `${operation} the upload to`, this.#options.path, signal)
      this.#stager.fail(failure)
      this.#buffer = undefined
      throw failure
    }
  }

  async #flush(signal: AbortSignal | undefined): Promise<void> {
    await this.#stageBuffer(signal)
    await this.#stager.drain(signal)
  }

  async #stageBuffer(signal: AbortSignal | undefined): Promise<void> {
    if (this.#buffer === undefined || this.#filled === 0) return
    const { storage, blob, path, upload, epoch, nonce } = this.#options
    if (this.#blocks.length >= maxBlocks) {
      throw unusable(
        path,
        `it has ${maxBlocks} blocks, which is the limit: one for every close, and at least one for every ${storage.transfer.chunksize} bytes`,
      )
    }
    if (!this.#begun) await stageOneByte(storage, blob, upload.marker, signal)
    this.#begun = true
    const [buffer, length] = [this.#buffer, this.#filled]
    const id = nextBlockId(upload, { last: this.#blocks.at(-1), offset: this.#staged, epoch, nonce })
    this.#blocks.push(id)
    this.#staged += length
    this.#filled = 0
    this.#buffer = undefined
    await this.#stager.add({ id, buffer, length }, windowOf(buffer.length, storage.transfer), signal)
  }
}
