import { type BlockId, decodeBlockId, encodeBlockId, hashOfId, noParent } from "./block-id.ts"

/** What the service tells of a block that is staged and not committed. */
export interface StagedBlock {
  readonly id: string
  /** In bytes. */
  readonly size: number
}

/** A pending upload: a marker, and behind it blocks that each name the one before. */
export interface Upload {
  readonly generation: number
  readonly base: string
  /** Id of the marker. */
  readonly marker: string
  /** Ids of the blocks in the order of the content. */
  readonly blocks: readonly string[]
  /** Bytes in these blocks. */
  readonly size: number
  /** The highest epoch that any block of this generation has, whether it belongs to the content or not. */
  readonly epoch: number
}

/**
 * A new upload, which supersedes all that are listed.
 *
 * @param now milliseconds since 1970
 */
export function newUpload(staged: readonly StagedBlock[], base: string, nonce: string, now: number): Upload {
  const highest = highestGeneration(staged.flatMap(({ id }) => decodeBlockId(id) ?? []))
  const generation = Math.max(now, (highest ?? 0) + 1)
  const marker = encodeBlockId({ kind: "marker", generation, offset: 0, epoch: generation, base, nonce, parent: noParent })
  return { generation, base, marker, blocks: [], size: 0, epoch: generation }
}

/**
 * The epoch of a writer that goes on with the upload: later than that of every other. Time alone would not do where clocks
 * differ, and the blocks seen alone not while some are on their way.
 *
 * @param now milliseconds since 1970
 */
export function resumingEpoch({ epoch }: Upload, now: number): number {
  return Math.max(now, epoch + 1)
}

export interface NextBlock extends Pick<BlockId, "offset" | "epoch" | "nonce"> {
  /** Id of the block before it; undefined for the first. */
  readonly last: string | undefined
}

export function nextBlockId({ generation, base, marker }: Upload, { last, offset, epoch, nonce }: NextBlock): string {
  const parent = hashOfId(last ?? marker)
  return encodeBlockId({ kind: "data", generation, offset, epoch, base, nonce, parent })
}

/** The block that ends an upload which is given up, whatever else of it is staged. */
export function tombstoneId({ generation, base, marker, epoch }: Upload, nonce: string): string {
  return encodeBlockId({ kind: "tombstone", generation, offset: 0, epoch, base, nonce, parent: hashOfId(marker) })
}

interface Placed extends StagedBlock {
  readonly block: BlockId
  readonly before: Placed | undefined
  /** Where the content ends with this block. */
  readonly end: number
}

/**
 * The upload that the staged blocks hold, if any.
 *
 * Only blocks that hang together from a marker on count: what was staged beyond a hole was never acknowledged. Two writers that
 * overlap, such as a request and its repetition, may both have added blocks. Each block names its whole past through its parent,
 * so any path from a marker to a block is what one writer meant, never a mixture; of these paths the one of the writer that
 * resumed last is taken, and of that the longest.
 */
export function latestUpload(staged: readonly StagedBlock[]): Upload | undefined {
  const all = staged.flatMap(({ id, size }) => {
    const block = decodeBlockId(id)
    return block === undefined ? [] : [{ id, size, block }]
  })
  const generation = highestGeneration(all.map(({ block }) => block))
  const current = all.filter(({ block }) => block.generation === generation)
  const ended = new Set(current.flatMap(({ block }) => (block.kind === "tombstone" ? [block.parent] : [])))

  const placed = new Map<string, Placed>()
  for (const { id, size, block } of current) {
    const hash = hashOfId(id)
    if (block.kind === "marker" && !ended.has(hash)) placed.set(hash, { id, size, block, before: undefined, end: 0 })
  }
  const data = current.filter(({ block }) => block.kind === "data").toSorted((a, b) => a.block.offset - b.block.offset)
  for (const { id, size, block } of data) {
    const before = placed.get(block.parent)
    if (before?.end === block.offset) placed.set(hashOfId(id), { id, size, block, before, end: before.end + size })
  }

  let last: Placed | undefined
  for (const candidate of placed.values()) if (last === undefined || isLater(candidate, last)) last = candidate
  if (last === undefined) return undefined
  const epoch = current.reduce((highest, { block }) => Math.max(highest, block.epoch), 0)
  return { ...pathTo(last), generation: last.block.generation, base: last.block.base, size: last.end, epoch }
}

function highestGeneration(ids: readonly BlockId[]): number | undefined {
  return ids.reduce<number | undefined>((highest, { generation }) => Math.max(highest ?? 0, generation), undefined)
}

function isLater(one: Placed, other: Placed): boolean {
  if (one.block.epoch !== other.block.epoch) return one.block.epoch > other.block.epoch
  if (one.end !== other.end) return one.end > other.end
  return one.block.nonce > other.block.nonce
}

function pathTo(last: Placed): { readonly marker: string; readonly blocks: readonly string[] } {
  const blocks: string[] = []
  let block = last
  while (block.before !== undefined) {
    blocks.push(block.id)
    block = block.before
  }
  return { marker: block.id, blocks: blocks.reverse() }
}
