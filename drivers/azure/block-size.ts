const MiB = 1024 ** 2

/** The service commits no more than 50,000 blocks. */
export const maxBlocks = 50_000
/** Blocks never grow beyond, since each is held in memory until the service has it. */
export const maxBlockSize = 256 * MiB
/** Of so many blocks of one size the content consists before they grow. */
const blocksBeforeGrowth = 2_000

/**
 * Size in bytes of the next block of an upload.
 *
 * It grows with what is written, by a MiB at a time, so that the blocks that the service commits suffice for as much as it surely
 * keeps uncommitted (9.5 TB) while a small upload costs little memory: with blocks of 4 MiB at first they grow from 7.8 GiB on, reach
 * 256 MiB at 500 GiB, and 50,000 of them hold 10.2 TiB.
 *
 * @param written bytes before it
 * @param chunkSize of the first blocks
 */
export function nextBlockSize(written: number, chunkSize: number): number {
  const wanted = written / blocksBeforeGrowth
  return wanted <= chunkSize ? chunkSize : Math.min(maxBlockSize, Math.ceil(wanted / MiB) * MiB)
}

/** How many blocks may be on their way at once, so that all together take no more memory than so many of the first size; at least one. */
export function windowOf(
  blockSize: number,
  { chunksize, concurrency }: { readonly chunksize: number; readonly concurrency: number },
): number {
  return Math.max(1, Math.min(concurrency, Math.floor((chunksize * concurrency) / blockSize)))
}
