const MiB = 1024 ** 2
const GiB = 1024 ** 3

/** How much the rules of suite `scale` store. */
export interface Extent {
  /** Length of a large object. */
  readonly bytes: number
  /** Entries of a large folder: one more than fills a page. */
  readonly entries: number
  /** Entries where each costs several calls, as in walks and deletes. */
  readonly costlyEntries: number
}

/**
 * "small" takes a minute on two cores with a backend beside the driver; "large" crosses 2^32 bytes and two pages of every service.
 * No object is a whole number of any service's blocks.
 */
export const extents = {
  small: { bytes: 64 * MiB + 4_321, entries: 5_001, costlyEntries: 1_001 },
  large: { bytes: 5 * GiB + 4_321, entries: 10_001, costlyEntries: 10_001 },
} as const satisfies Readonly<Record<string, Extent>>

/** Objects of so many bytes, with as many entries as the preset that comes next to it. */
export function extentOf(bytes: number): Extent {
  const { entries, costlyEntries } = bytes < GiB ? extents.small : extents.large
  return { bytes, entries, costlyEntries }
}
